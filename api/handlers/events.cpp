#include "api/handlers/events.h"

#include <unordered_map>

#include "api/handlers/event_input.h"
#include "api/wire/body.h"
#include "api/wire/problem.h"
#include "api/wire/query.h"
#include "common/domain/trace.h"
#include "common/json/event_text.h"
#include "common/json/parse.h"
#include "common/json/writer.h"

namespace webhooks::api {
namespace {

json::FieldError taken(const PublishedEvent& event) {
  return {event.field + "id", "id_taken", "names an event with other content"};
}

http::Reply taken_reply(std::vector<json::FieldError> errors) {
  return conflict("event-id-taken",
                  "An event with this id but other content exists; nothing was published.",
                  std::move(errors));
}

// Events of one batch that name the same id with other content.
std::vector<json::FieldError> clashes(const Publication& publication) {
  std::unordered_map<std::string_view, const PublishedEvent*> seen;
  std::vector<json::FieldError> errors;
  for (const PublishedEvent& event : publication.events) {
    if (!event.own_id) continue;
    const auto [first, fresh] = seen.emplace(event.event.id.value, &event);
    if (!fresh && !same_content(event, first->second->event)) errors.push_back(taken(event));
  }
  return errors;
}

void write_receipt(json::Writer& out, const EventId& id, EventStatus status) {
  out.begin_object().field("id", id.value).field("status", to_string(status)).end_object();
}

// A contract that nobody knows would swallow its events without a word.
std::vector<json::FieldError> unknown_contracts(const Publication& publication,
                                                store::ContractStore& contracts) {
  std::unordered_map<std::string_view, bool> known;
  std::vector<json::FieldError> errors;
  for (const PublishedEvent& event : publication.events) {
    const auto [found, fresh] = known.emplace(event.event.contract.value, true);
    if (fresh) found->second = contracts.find(event.event.contract).has_value();
    if (!found->second)
      errors.push_back({event.field + "contract_id", "unknown_contract", "names no contract"});
  }
  return errors;
}

http::Reply publish(const Publication& publication, store::Session& session, Time now) {
  if (auto errors = unknown_contracts(publication, session.contracts()); !errors.empty())
    return invalid_fields(std::move(errors));
  store::EventStore& store = session.events();
  std::vector<Event> fresh;
  std::vector<EventStatus> statuses;
  std::vector<json::FieldError> errors;
  std::unordered_map<std::string_view, bool> appended;
  for (const PublishedEvent& event : publication.events) {
    EventStatus status = EventStatus::pending;
    bool known = false;
    if (event.own_id && !appended.emplace(event.event.id.value, true).second) {
      known = true;  // earlier in this batch, with the same content
    } else if (event.own_id) {
      if (const auto first = store.find(event.event.id)) {
        known = true;
        status = first->status;
        if (first->type_text != to_string(event.event.type) || !same_content(event, first->event))
          errors.push_back(taken(event));
      }
    }
    if (!known) fresh.push_back(event.event);
    statuses.push_back(status);
  }
  if (!errors.empty()) return taken_reply(std::move(errors));
  if (!fresh.empty()) store.append(fresh, now);

  json::Writer out;
  if (publication.batch) out.begin_object().key("data").begin_array();
  for (std::size_t i = 0; i < statuses.size(); ++i)
    write_receipt(out, publication.events[i].event.id, statuses[i]);
  if (publication.batch) out.end_array().end_object();
  auto answer = json_reply(202, out.take());
  if (!publication.batch)
    answer.headers.emplace_back("Location", "/events/" + publication.events.front().event.id.value);
  return answer;
}

// What a producer wrote by SQL may be anything: JSON where it is JSON, else its text.
void write_data(json::Writer& out, const EventReport& report) {
  const bool checked = report.status == EventStatus::dispatched;
  if (checked || std::holds_alternative<json::Document>(json::parse(report.event.data)))
    out.raw(report.event.data);
  else
    out.value(report.event.data);
}

// A traceparent that is none is ignored, as W3C Trace Context §3.3 has it.
Origin origin_of(const http::Request& request) {
  const std::string_view trace = request.header("traceparent").value_or("");
  return {request.id, parse_traceparent(trace) ? std::string(trace) : std::string()};
}

std::optional<Time> if_plausible(const std::optional<Time>& time) {
  return time && json::is_plausible(*time) ? time : std::nullopt;
}

}  // namespace

Outcome publish_events(const Call& call, const json::EventCatalog& catalog, Random& random) {
  auto body = read_body(call.request);
  if (auto* refused = std::get_if<http::Reply>(&body)) return std::move(*refused);
  auto read = read_publication(std::get<json::Document>(body), catalog, random, call.now);
  if (auto* refused = std::get_if<http::Reply>(&read)) return std::move(*refused);
  auto& publication = std::get<Publication>(read);
  const Origin origin = origin_of(call.request);
  for (PublishedEvent& event : publication.events) event.event.origin = origin;
  if (auto errors = clashes(publication); !errors.empty()) return taken_reply(std::move(errors));
  return [publication = std::move(publication), now = call.now](store::Session& session) {
    return publish(publication, session, now);
  };
}

http::Reply read_event(const Call& call, store::EventStore& events) {
  Query query(call.request.query);
  if (auto errors = query.finish(); !errors.empty()) return invalid_query(std::move(errors));
  const auto report = events.find(EventId{call.ids[0]});
  if (!report) return not_found("event");
  json::Writer out;
  out.begin_object()
      .field("id", report->event.id.value)
      .field("type", report->type_text)
      .field("contract_id", report->event.contract.value)
      .field("subject", report->event.subject)
      .field("timestamp", if_plausible(report->event.occurred_at))
      .field("expires_at", if_plausible(report->event.expires_at))
      .field("received_at", report->received_at)
      .field("status", to_string(report->status))
      .field("matched", report->matched)
      .field("reason", report->reason)
      .key("data");
  write_data(out, *report);
  out.end_object();
  return json_reply(200, out.take());
}

}  // namespace webhooks::api
