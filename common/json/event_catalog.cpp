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

std::string_view file(const std::string& name) {
  for (const EmbeddedFile& embedded : schema::kEventFiles)
    if (embedded.name == name) return embedded.content;
  throw std::logic_error("schema/events/" + name + " is not embedded");
}

Document parsed(const std::string& name) {
  auto result = parse(file(name));
  if (const auto* error = std::get_if<ParseError>(&result))
    throw std::logic_error("schema/events/" + name + ": " + error->message);
  return std::move(std::get<Document>(result));
}

// What catalog.json says of the type; it must agree with the domain's own label.
std::string description_of(EventType type, const Document& catalog) {
  for (const Value& entry : catalog.GetArray()) {
    if (text_of(entry["id"]) != to_string(type)) continue;
    if (text_of(entry["label"]) != label(type)) break;
    return std::string(text_of(entry["description"]));
  }
  throw std::logic_error("schema/events/catalog.json and the domain disagree on " +
                         std::string(to_string(type)));
}

}  // namespace

// RapidJSON 1.1.0 keeps its patterns' scratch space inside the schema, so one compiled schema
// serves one thread at a time: each check borrows one of its own and gives it back.
class EventCatalog::Schemas {
 public:
  Schemas() {
    const Document catalog = parsed("catalog.json");
    for (const EventType type : kEventTypes) {
      One& one = of(type);
      const std::string name(to_string(type));
      one.schema = parsed(name + ".schema.json");
      one.example = parsed(name + ".example.json");
      one.description = description_of(type, catalog);
      one.schema_text = to_text(one.schema);
      one.example_text = to_text(one.example);
      one.entry = {type, one.description, one.schema_text, one.example_text};
    }
  }

  struct One {
    Document schema;
    Document example;
    std::string description;
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

std::string example_subject(EventType type) {
  const Document example = parsed(std::string(to_string(type)) + ".example.json");
  const bool flight = type == EventType::flight_delay_status_changed;
  return (flight ? "booking/" : "product/") +
         std::string(text_of(example[flight ? "booking_id" : "product_id"]));
}

}  // namespace webhooks::json
