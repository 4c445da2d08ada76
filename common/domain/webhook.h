#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"
#include "common/domain/event.h"
#include "common/domain/ids.h"

namespace webhooks {

enum class WebhookStatus { active, inactive };
std::string_view to_string(WebhookStatus status);
std::optional<WebhookStatus> webhook_status_from(std::string_view name);

// How the deliveries of one subject to one webhook keep to the outbox's order.
enum class DeliveryOrder {
  by_subject,  // one at a time, in order
  latest,  // one at a time, and a newer event of the same type supersedes an older undelivered one
  any      // no order
};
std::string_view to_string(DeliveryOrder order);
std::optional<DeliveryOrder> delivery_order_from(std::string_view name);

// What a partner decides about a webhook.
struct WebhookSettings {
  ContractId contract;
  std::string url;                     // normalised, see parse_target_url
  std::vector<EventType> event_types;  // at least one, in the order of kEventTypes, no repeats
  WebhookStatus status = WebhookStatus::active;
  DeliveryOrder delivery_order = DeliveryOrder::by_subject;
  std::string description;

  friend bool operator==(const WebhookSettings&, const WebhookSettings&) = default;
};

struct Webhook {
  WebhookId id;
  PartnerId partner;
  std::int64_t number = 0;  // the table's "No": sequential per partner, never reused
  WebhookSettings settings;
  std::optional<std::string> status_reason;  // why the service turned it inactive
  Time created_at;
  Time updated_at;
  std::int64_t version = 1;  // grows with every change; the ETag
};

// A webhook's signing key: 32 random bytes.
struct SigningSecret {
  std::string bytes;
  Time created_at;
  std::optional<Time> expires_at;  // nullopt: the current one
};

// "whsec_" + base64, as Standard Webhooks shows it.
std::string show_secret(const SigningSecret& secret);

// Puts the types in the order of kEventTypes and drops repeats.
std::vector<EventType> normalised(std::vector<EventType> types);

}  // namespace webhooks
