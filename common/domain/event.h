#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"
#include "common/domain/ids.h"

namespace webhooks {

enum class EventType {
  flight_delay_status_changed,
  product_added,
  product_updated,
  product_removed
};

// In the order in which lists show them.
inline constexpr std::array kEventTypes{EventType::flight_delay_status_changed,
                                        EventType::product_added, EventType::product_updated,
                                        EventType::product_removed};

std::string_view to_string(EventType type);  // e.g. "product.added"
std::string_view label(EventType type);      // as the user reads it, e.g. "Product Added"
std::optional<EventType> event_type_from(std::string_view name);

enum class EventStatus { pending, dispatched, rejected };
std::string_view to_string(EventStatus status);

// Where an event came from; empty: nobody said.
struct Origin {
  std::string request_id;   // of the request that published it
  std::string traceparent;  // as the producer sent it, see parse_traceparent
};

// One fact as its producer states it.
struct Event {
  EventId id;
  EventType type{};
  ContractId contract;
  std::string subject;
  Time occurred_at;
  std::optional<Time> expires_at;
  std::string data;  // compact JSON object, valid for the type's schema
  Origin origin{};
};

// What became of a published event.
struct EventReport {
  Event event;
  EventStatus status{};
  std::optional<std::int64_t> matched;  // webhooks it went to, once dispatched
  std::optional<std::string> reason;    // why it was rejected
  // As the outbox has them: a rejected row may hold a type that is none of ours.
  std::string type_text;
  Time received_at;
};

}  // namespace webhooks
