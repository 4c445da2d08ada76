#include "common/domain/event.h"

#include "common/base/names.h"

namespace webhooks {
namespace {

struct Known {
  EventType type;
  std::string_view id;
  std::string_view label;
};

constexpr std::array<Known, kEventTypes.size()> kTypes{{
    {EventType::flight_delay_status_changed, "flight_delay.status_changed",
     "Flight Delay Status Change"},
    {EventType::product_added, "product.added", "Product Added"},
    {EventType::product_updated, "product.updated", "Product Updated"},
    {EventType::product_removed, "product.removed", "Product Removed"},
}};

constexpr Names<EventStatus, 3> kStatuses{{
    {EventStatus::pending, "pending"},
    {EventStatus::dispatched, "dispatched"},
    {EventStatus::rejected, "rejected"},
}};

}  // namespace

std::string_view to_string(EventType type) { return kTypes.at(static_cast<std::size_t>(type)).id; }

std::string_view label(EventType type) { return kTypes.at(static_cast<std::size_t>(type)).label; }

std::optional<EventType> event_type_from(std::string_view name) {
  for (const Known& known : kTypes)
    if (known.id == name) return known.type;
  return std::nullopt;
}

std::string_view to_string(EventStatus status) { return name_of(kStatuses, status); }

}  // namespace webhooks
