#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/domain/event.h"
#include "common/json/field_error.h"
#include "common/json/rapidjson.h"

namespace webhooks::json {

// What is known of one event type, as schema/events/ states it.
struct EventTypeEntry {
  EventType type{};
  std::string_view description;
  std::string_view schema;   // JSON Schema of `data`, compact JSON text
  std::string_view example;  // an example of `data`, compact JSON text, valid for the schema
};

// The four event types with their schemas, built into the program. Thread-safe.
class EventCatalog {
 public:
  // Throws std::logic_error when an embedded file is broken.
  EventCatalog();
  ~EventCatalog();
  EventCatalog(const EventCatalog&) = delete;
  EventCatalog& operator=(const EventCatalog&) = delete;

  const EventTypeEntry& entry(EventType type) const;

  // Every bad field of an event's `data`, named from there, e.g. "flight.number" or "" for the
  // whole; none: it is valid. At most 20 are named.
  std::vector<FieldError> check(EventType type, const Value& data) const;

 private:
  class Schemas;
  std::unique_ptr<Schemas> schemas_;
};

// What the example event of a type is about, e.g. "booking/BK-20391".
std::string example_subject(EventType type);

}  // namespace webhooks::json
