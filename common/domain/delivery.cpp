#include "common/domain/delivery.h"

#include <charconv>

#include "common/base/names.h"

namespace webhooks {
namespace {

constexpr std::string_view kWebhookPrefix = "wh_";
constexpr std::string_view kDeliveryPrefix = "dlv_";
constexpr std::size_t kTokenLength = 26;

constexpr Names<DeliveryState, 7> kStates{{
    {DeliveryState::pending, "pending"},
    {DeliveryState::sending, "sending"},
    {DeliveryState::delivered, "delivered"},
    {DeliveryState::failed, "failed"},
    {DeliveryState::expired, "expired"},
    {DeliveryState::superseded, "superseded"},
    {DeliveryState::cancelled, "cancelled"},
}};

constexpr Names<Trigger, 3> kTriggers{{
    {Trigger::schedule, "schedule"},
    {Trigger::manual, "manual"},
    {Trigger::test, "test"},
}};

}  // namespace

std::string_view to_string(DeliveryState state) { return name_of(kStates, state); }

std::optional<DeliveryState> delivery_state_from(std::string_view name) {
  return value_of(kStates, name);
}

std::string_view to_string(Trigger trigger) { return name_of(kTriggers, trigger); }

std::optional<Trigger> trigger_from(std::string_view name) { return value_of(kTriggers, name); }

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
