#include "common/domain/webhook.h"

#include <algorithm>

#include "common/base/encoding.h"

namespace webhooks {

std::string_view to_string(WebhookStatus status) {
  switch (status) {
    case WebhookStatus::active:
      return "active";
    case WebhookStatus::inactive:
      return "inactive";
  }
  return "";
}

std::optional<WebhookStatus> webhook_status_from(std::string_view name) {
  if (name == "active") return WebhookStatus::active;
  if (name == "inactive") return WebhookStatus::inactive;
  return std::nullopt;
}

std::string_view to_string(DeliveryOrder order) {
  switch (order) {
    case DeliveryOrder::by_subject:
      return "by_subject";
    case DeliveryOrder::latest:
      return "latest";
    case DeliveryOrder::any:
      return "any";
  }
  return "";
}

std::optional<DeliveryOrder> delivery_order_from(std::string_view name) {
  for (const auto order : {DeliveryOrder::by_subject, DeliveryOrder::latest, DeliveryOrder::any})
    if (to_string(order) == name) return order;
  return std::nullopt;
}

std::string show_secret(const SigningSecret& secret) {
  return "whsec_" + base64_encode(secret.bytes);
}

std::vector<EventType> normalised(std::vector<EventType> types) {
  std::sort(types.begin(), types.end());
  types.erase(std::unique(types.begin(), types.end()), types.end());
  return types;
}

}  // namespace webhooks
