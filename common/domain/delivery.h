#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"
#include "common/domain/event.h"
#include "common/domain/ids.h"
#include "common/domain/outcome.h"

namespace webhooks {

enum class DeliveryState { pending, sending, delivered, failed, expired, superseded, cancelled };
std::string_view to_string(DeliveryState state);
std::optional<DeliveryState> delivery_state_from(std::string_view name);

enum class Trigger { schedule, manual, test };
std::string_view to_string(Trigger trigger);
std::optional<Trigger> trigger_from(std::string_view name);

// One HTTP POST of a delivery, as the log keeps it.
struct Attempt {
  std::int64_t number = 1;
  Time started_at;
  Millis duration{0};
  std::optional<int> status_code;
  std::optional<std::string> error;  // a SendError's name
  std::string response_excerpt;
  Trigger trigger = Trigger::schedule;
};

struct Delivery {
  DeliveryId id;
  EventId event;
  EventType type{};
  WebhookId webhook;
  std::string subject;
  std::int64_t sequence = 0;
  DeliveryState state = DeliveryState::pending;
  std::optional<std::string> reason;
  std::int64_t attempts_made = 0;
  std::optional<Time> next_attempt_at;
  Time created_at;
  std::optional<Time> finished_at;
};

struct DeliveryWithAttempts {
  Delivery delivery;
  std::vector<Attempt> attempts;
};

// A delivery is named by its webhook and its sequence there, which is never reused: "dlv_" + the
// webhook's token + the sequence. So it needs no index of its own, and nobody can guess one without
// knowing the webhook's id.
DeliveryId delivery_id(const WebhookId& webhook, std::int64_t sequence);

struct DeliveryName {
  WebhookId webhook;
  std::int64_t sequence = 0;
};
// nullopt: not of that form.
std::optional<DeliveryName> parse_delivery_id(std::string_view text);

}  // namespace webhooks
