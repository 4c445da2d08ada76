#include "common/domain/event.h"

namespace webhooks {
namespace {

struct Name {
  EventType type;
  std::string_view id;
  std::string_view label;
};

constexpr std::array<Name, kEventTypes.size()> kNames{{
    {EventType::flight_delay_status_changed, "flight_delay.status_changed",
     "Flight Delay Status Change"},
    {EventType::product_added, "product.added", "Product Added"},
    {EventType::product_updated, "product.updated", "Product Updated"},
    {EventType::product_removed, "product.removed", "Product Removed"},
}};

}  // namespace

std::string_view to_string(EventType type) { return kNames.at(static_cast<std::size_t>(type)).id; }

std::string_view label(EventType type) { return kNames.at(static_cast<std::size_t>(type)).label; }

std::optional<EventType> event_type_from(std::string_view name) {
  for (const Name& known : kNames)
    if (known.id == name) return known.type;
  return std::nullopt;
}

std::string_view to_string(EventStatus status) {
  switch (status) {
    case EventStatus::pending:
      return "pending";
    case EventStatus::dispatched:
      return "dispatched";
    case EventStatus::rejected:
      return "rejected";
  }
  return "";
}

}  // namespace webhooks
