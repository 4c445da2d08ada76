#include "common/domain/delivery.h"

#include <charconv>

namespace webhooks {
namespace {

constexpr std::string_view kWebhookPrefix = "wh_";
constexpr std::string_view kDeliveryPrefix = "dlv_";
constexpr std::size_t kTokenLength = 26;

}  // namespace

std::string_view to_string(DeliveryState state) {
  switch (state) {
    case DeliveryState::pending:
      return "pending";
    case DeliveryState::sending:
      return "sending";
    case DeliveryState::delivered:
      return "delivered";
    case DeliveryState::failed:
      return "failed";
    case DeliveryState::expired:
      return "expired";
    case DeliveryState::superseded:
      return "superseded";
    case DeliveryState::cancelled:
      return "cancelled";
  }
  return "";
}

std::optional<DeliveryState> delivery_state_from(std::string_view name) {
  for (const auto state : {DeliveryState::pending, DeliveryState::sending, DeliveryState::delivered,
                           DeliveryState::failed, DeliveryState::expired, DeliveryState::superseded,
                           DeliveryState::cancelled})
    if (to_string(state) == name) return state;
  return std::nullopt;
}

std::string_view to_string(Trigger trigger) {
  switch (trigger) {
    case Trigger::schedule:
      return "schedule";
    case Trigger::manual:
      return "manual";
    case Trigger::test:
      return "test";
  }
  return "";
}

std::optional<Trigger> trigger_from(std::string_view name) {
  for (const auto trigger : {Trigger::schedule, Trigger::manual, Trigger::test})
    if (to_string(trigger) == name) return trigger;
  return std::nullopt;
}

DeliveryId delivery_id(const WebhookId& webhook, std::int64_t sequence) {
  std::string id(kDeliveryPrefix);
  id += std::string_view(webhook.value).substr(kWebhookPrefix.size());
  id += '_';
  id += std::to_string(sequence);
  return {std::move(id)};
}

std::optional<DeliveryName> parse_delivery_id(std::string_view text) {
  if (!text.starts_with(kDeliveryPrefix)) return std::nullopt;
  text.remove_prefix(kDeliveryPrefix.size());
  if (text.size() < kTokenLength + 2 || text[kTokenLength] != '_') return std::nullopt;
  const std::string_view digits = text.substr(kTokenLength + 1);
  DeliveryName name{{std::string(kWebhookPrefix) += text.substr(0, kTokenLength)}, 0};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), name.sequence);
  if (error != std::errc{} || end != digits.data() + digits.size() || name.sequence < 1 ||
      digits[0] == '0')
    return std::nullopt;
  return name;
}

}  // namespace webhooks
