#include "common/domain/webhook.h"

#include <algorithm>

#include "common/base/encoding.h"
#include "common/base/names.h"

namespace webhooks {
namespace {

constexpr Names<WebhookStatus, 2> kStatuses{{
    {WebhookStatus::active, "active"},
    {WebhookStatus::inactive, "inactive"},
}};

constexpr Names<DeliveryOrder, 3> kOrders{{
    {DeliveryOrder::by_subject, "by_subject"},
    {DeliveryOrder::latest, "latest"},
    {DeliveryOrder::any, "any"},
}};

}  // namespace

std::string_view to_string(WebhookStatus status) { return name_of(kStatuses, status); }

std::optional<WebhookStatus> webhook_status_from(std::string_view name) {
  return value_of(kStatuses, name);
}

std::string_view to_string(DeliveryOrder order) { return name_of(kOrders, order); }

std::optional<DeliveryOrder> delivery_order_from(std::string_view name) {
  return value_of(kOrders, name);
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
