#include "common/json/event_catalog.h"

#include <array>
#include <stdexcept>

#include "common/base/assert.h"
#include "common/base/guarded.h"
#include "common/json/parse.h"
#include "common/json/schema_check.h"
#include "schema_events.h"

namespace webhooks::json {
namespace {

std::string_view file(EventType type, std::string_view ending) {
  const std::string name = std::string(to_string(type)) + std::string(ending);
  for (const EmbeddedFile& embedded : schema::kEventFiles)
    if (embedded.name == name) return embedded.content;
  throw std::logic_error("schema/events/" + name + " is not embedded");
}

std::string_view description_of(EventType type) {
  switch (type) {
    case EventType::flight_delay_status_changed:
      return "The flight of a Delay Care booking changes status, e.g. from scheduled to delayed.";
    case EventType::product_added: return "A new product becomes available under the contract.";
    case EventType::product_updated: return "An existing product is updated.";
    case EventType::product_removed: return "A product is removed from the contract.";
  }
  return "";
}

Document parsed(std::string_view text, EventType type) {
  auto result = parse(text);
  if (const auto* error = std::get_if<ParseError>(&result))
    throw std::logic_error("schema/events of " + std::string(to_string(type)) + ": " + error->message);
  return std::move(std::get<Document>(result));
}

}  // namespace

// RapidJSON 1.1.0 keeps its patterns' scratch space inside the schema, so one compiled schema serves one thread at a
// time: each check borrows one of its own and gives it back.
class EventCatalog::Schemas {
 public:
  Schemas() {
    for (const EventType type : kEventTypes) {
      One& one = of(type);
      one.schema = parsed(file(type, ".schema.json"), type);
      one.example = parsed(file(type, ".example.json"), type);
      one.schema_text = to_text(one.schema);
      one.example_text = to_text(one.example);
      one.entry = {type, description_of(type), one.schema_text, one.example_text};
    }
  }

  struct One {
    Document schema;
    Document example;
    std::string schema_text;
    std::string example_text;
    EventTypeEntry entry;
    Guarded<std::vector<std::unique_ptr<CompiledSchema>>> idle;
  };

  One& of(EventType type) { return all_[static_cast<std::size_t>(type)]; }

 private:
  std::array<One, kEventTypes.size()> all_;
};

EventCatalog::EventCatalog() : schemas_(std::make_unique<Schemas>()) {
  for (const EventType type : kEventTypes)
    if (const auto errors = check(type, schemas_->of(type).example); !errors.empty())
      throw std::logic_error("the example of " + std::string(to_string(type)) + " is not valid: " +
                             errors.front().field + ' ' + errors.front().message);
}

EventCatalog::~EventCatalog() = default;

const EventTypeEntry& EventCatalog::entry(EventType type) const { return schemas_->of(type).entry; }

std::vector<FieldError> EventCatalog::check(EventType type, const Value& data) const {
  Schemas::One& one = schemas_->of(type);
  auto borrowed = one.idle.with([](auto& idle) {
    std::unique_ptr<CompiledSchema> last;
    if (!idle.empty()) {
      last = std::move(idle.back());
      idle.pop_back();
    }
    return last;
  });
  if (!borrowed) borrowed = std::make_unique<CompiledSchema>(one.schema, one.example);
  auto errors = borrowed->check(data);
  one.idle.with([&](auto& idle) { idle.push_back(std::move(borrowed)); });
  return errors;
}

std::string example_subject(const EventCatalog& catalog, EventType type) {
  const auto example = parsed(catalog.entry(type).example, type);
  const bool flight = type == EventType::flight_delay_status_changed;
  const auto id = example.FindMember(flight ? "booking_id" : "product_id");
  WEBHOOKS_ASSERT(id != example.MemberEnd() && id->value.IsString());
  return (flight ? "booking/" : "product/") + std::string(text_of(id->value));
}

}  // namespace webhooks::json
