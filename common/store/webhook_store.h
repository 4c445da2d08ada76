#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/domain/webhook.h"

namespace webhooks::store {

struct NotFound {};
struct StaleVersion {
  std::int64_t current = 0;
};
struct UnknownContract {};  // no such contract, or another partner's
struct DuplicateSubscription {
  WebhookId existing;  // tells the same URL of the same event type under the same contract
  EventType type{};
};
struct TooManyWebhooks {};  // limits::kWebhooksPerPartner

struct NewWebhook {
  WebhookId id;
  PartnerId partner;
  WebhookSettings settings;
  std::string secret;  // raw bytes
  Time now;
};

enum class WebhookSort { number, contract_id, url, event_type, status, created_at, updated_at };

struct WebhookQuery {
  PartnerId partner;
  std::vector<std::int64_t>
      numbers;  // an empty list does not filter; several values are alternatives
  std::vector<ContractId> contracts;
  std::vector<EventType> event_types;  // webhooks that subscribed to at least one of these
  std::vector<WebhookStatus> statuses;
  std::optional<std::string> url_contains;  // without regard to ASCII case
  WebhookSort sort = WebhookSort::number;
  bool descending = false;  // ties are by number, in the same direction
};

struct WebhookPage {
  std::vector<Webhook> webhooks;
  std::int64_t total = 0;  // that match, over all pages; of the same instant as the page
};

using CreateResult = std::variant<Webhook, UnknownContract, DuplicateSubscription, TooManyWebhooks>;
using ReplaceResult =
    std::variant<Webhook, NotFound, StaleVersion, UnknownContract, DuplicateSubscription>;
using RemoveResult = std::variant<std::monostate, NotFound, StaleVersion>;

// Webhooks and their secrets. Each method takes the partner: another's webhook is NotFound.
class WebhookStore {
 public:
  virtual ~WebhookStore() = default;

  virtual CreateResult create(const NewWebhook& webhook) = 0;
  virtual std::optional<Webhook> find(const PartnerId& partner, const WebhookId& id) = 0;

  // `offset`: webhooks to skip.
  virtual WebhookPage list(const WebhookQuery& query, std::int64_t offset, std::int64_t limit) = 0;
  // Calls `visit` for every match in order, with flat memory, all of one instant.
  virtual void for_each(const WebhookQuery& query,
                        const std::function<void(const Webhook&)>& visit) = 0;

  // Replaces the settings; settings equal to the present ones change nothing, not even the version.
  // Turning a webhook inactive cancels what waits for it; turning it active clears status_reason
  // and its record of failures. `expected_version`: nullopt replaces whatever is there.
  virtual ReplaceResult replace(const PartnerId& partner, const WebhookId& id,
                                const WebhookSettings& settings,
                                std::optional<std::int64_t> expected_version, Time now) = 0;

  // Removes the webhook, its secrets and its waiting deliveries at once and for good; its log
  // follows in steps.
  virtual RemoveResult remove(const PartnerId& partner, const WebhookId& id,
                              std::optional<std::int64_t> expected_version) = 0;

  // The secrets that are valid at `now`, the current one first; empty when there is no such
  // webhook.
  virtual std::vector<SigningSecret> secrets(const PartnerId& partner, const WebhookId& id,
                                             Time now) = 0;

  // Makes `secret` the current one; the one before stays valid until `old_valid_until`. False: no
  // such webhook.
  virtual bool rotate_secret(const PartnerId& partner, const WebhookId& id,
                             const std::string& secret, Time now, Time old_valid_until) = 0;
};

}  // namespace webhooks::store
