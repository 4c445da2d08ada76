#include "api/handlers/event_input.h"

#include "api/wire/problem.h"
#include "common/base/ids.h"
#include "common/domain/limits.h"
#include "common/json/event_text.h"
#include "common/json/object_reader.h"
#include "common/json/parse.h"

namespace webhooks::api {
namespace {

using json::Need;
using json::ObjectReader;

// As many errors as a person will read; a batch of 1,000 bad events could make 20,000.
constexpr std::size_t kMostErrors = 200;

class Reader {
 public:
  Reader(const json::EventCatalog& catalog, Random& random, Time now)
      : catalog_(catalog), random_(random), now_(now) {}

  PublishedEvent read(const json::Value& value, std::string field) {
    PublishedEvent read;
    read.field = std::move(field);
    ObjectReader reader(value, errors_, read.field);
    Event& event = read.event;

    std::optional<EventType> type;
    if (const auto name = reader.text("type", Need::required)) {
      type = event_type_from(*name);
      if (!type) reader.refuse("type", "not_allowed", "must be one of the four event types");
    }
    event.type = type.value_or(EventType{});
    event.contract = {checked(reader, "contract_id", Need::required, is_contract_id,
                              "must be 1 to 64 letters, digits, '.', '_' or '-'")
                          .value_or("")};
    event.subject = checked(reader, "subject", Need::required, is_subject,
                            "must be 1 to 200 bytes of text without control characters")
                        .value_or("");
    if (auto id = checked(reader, "id", Need::optional, is_event_id,
                          "must be 1 to 64 letters, digits, '_' or '-'")) {
      event.id = {std::move(*id)};
      read.own_id = true;
    } else {
      event.id = {ordered_token("evt_", now_, random_)};
    }
    const auto happened = plausible_time(reader, "timestamp");
    read.own_time = happened.has_value();
    event.occurred_at = happened.value_or(now_);
    event.expires_at = plausible_time(reader, "expires_at");
    if (happened && event.expires_at && *event.expires_at <= *happened)
      reader.refuse("expires_at", "out_of_range", "must be after timestamp");
    if (const json::Value* data = reader.member("data", Need::required))
      read_data(reader, *data, type, event);
    reader.finish();
    return read;
  }

  bool too_large() const { return too_large_; }
  bool full() const { return errors_.size() >= kMostErrors; }
  std::vector<json::FieldError>& errors() { return errors_; }

 private:
  static std::optional<std::string> checked(ObjectReader& reader, std::string_view name, Need need,
                                            bool (*is_sound)(std::string_view), std::string rule) {
    auto text = reader.text(name, need);
    if (!text || is_sound(*text)) return text;
    reader.refuse(name, "invalid_value", std::move(rule));
    return std::nullopt;
  }

  static std::optional<Time> plausible_time(ObjectReader& reader, std::string_view name) {
    if (reader.is_null(name)) {
      reader.member(name, Need::optional);
      return std::nullopt;
    }
    const auto time = reader.time(name, Need::optional);
    if (!time || json::is_plausible(*time)) return time;
    reader.refuse(name, "out_of_range", "must be between the years 2000 and 2200");
    return std::nullopt;
  }

  void read_data(ObjectReader& reader, const json::Value& data,
                 const std::optional<EventType>& type, Event& event) {
    event.data = json::to_text(data);
    if (event.data.size() > limits::kEventBytes) {
      reader.refuse("data", "too_large",
                    "must be at most " + std::to_string(limits::kEventBytes) + " bytes of JSON");
      too_large_ = true;
      return;
    }
    if (!type) return;
    for (json::FieldError& error : catalog_.check(*type, data))
      reader.refuse(error.field.empty() ? "data" : "data." + error.field, std::move(error.code),
                    std::move(error.message));
  }

  const json::EventCatalog& catalog_;
  Random& random_;
  const Time now_;
  std::vector<json::FieldError> errors_;
  bool too_large_ = false;
};

http::Reply too_large(std::string detail, std::vector<json::FieldError> errors) {
  return reply({413, "too-large", std::move(detail), std::move(errors), {}, {}});
}

}  // namespace

std::variant<Publication, http::Reply> read_publication(const json::Value& body,
                                                        const json::EventCatalog& catalog,
                                                        Random& random, Time now) {
  Publication publication;
  Reader reader(catalog, random, now);
  publication.batch = body.IsObject() && body.HasMember("events");
  if (!publication.batch) {
    publication.events.push_back(reader.read(body, ""));
  } else {
    ObjectReader envelope(body, reader.errors());
    const json::Value* list = envelope.member("events", Need::required);
    envelope.finish();
    if (!list->IsArray() || list->Empty()) {
      envelope.refuse("events", "wrong_type", "must be an array of at least one event");
    } else if (list->Size() > limits::kBatchEvents) {
      return too_large(
          "A batch holds at most " + std::to_string(limits::kBatchEvents) + " events.",
          {{"events", "too_many", "must hold at most " + std::to_string(limits::kBatchEvents)}});
    } else {
      publication.events.reserve(list->Size());
      for (rapidjson::SizeType i = 0; i < list->Size() && !reader.full(); ++i)
        publication.events.push_back(reader.read((*list)[i], "events[" + std::to_string(i) + "]."));
    }
  }
  if (reader.errors().empty()) return publication;
  if (reader.too_large()) return too_large("An event is too large.", std::move(reader.errors()));
  return invalid_fields(std::move(reader.errors()));
}

bool same_content(const PublishedEvent& again, const Event& first) {
  const Event& event = again.event;
  return event.type == first.type && event.contract == first.contract &&
         event.subject == first.subject && event.expires_at == first.expires_at &&
         event.data == first.data && (!again.own_time || event.occurred_at == first.occurred_at);
}

}  // namespace webhooks::api
