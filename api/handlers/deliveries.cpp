#include "api/handlers/deliveries.h"

#include "api/resources/delivery_json.h"
#include "api/wire/body.h"
#include "api/wire/problem.h"
#include "api/wire/query.h"
#include "common/base/ids.h"
#include "common/domain/limits.h"
#include "common/json/object_reader.h"

namespace webhooks::api {
namespace {

// What JSON's readers hold exactly is more; so many deliveries a webhook never has.
constexpr std::int64_t kLargestSequence = 999'999'999'999'999;
// A page's filters are tried on so many deliveries, 4 to 13 ms of an I/O thread; the client goes
// on.
constexpr std::int64_t kLook = 10'000;

http::Reply inactive() {
  return conflict("webhook-inactive", "The webhook is inactive, and only active ones are sent to.");
}

http::Reply queued(const Delivery& delivery) {
  return json_reply(202, delivery_json(delivery))
      .with("Location", "/deliveries/" + delivery.id.value);
}

struct ShowRetry {
  http::Reply operator()(const Delivery& delivery) const { return queued(delivery); }
  http::Reply operator()(store::NotFound) const { return not_found("delivery"); }
  http::Reply operator()(store::InFlight) const {
    return conflict("delivery-in-flight", "The delivery is being sent right now.");
  }
  http::Reply operator()(store::WebhookInactive) const { return inactive(); }
  http::Reply operator()(const store::Superseded& superseded) const {
    return conflict("delivery-superseded",
                    "The webhook wants the latest only, and a newer event of "
                    "this type and subject has come or waits to: " +
                        superseded.newer.value + ".");
  }
};

struct ShowTest {
  http::Reply operator()(const Delivery& delivery) const { return queued(delivery); }
  http::Reply operator()(store::NotFound) const { return not_found("webhook"); }
  http::Reply operator()(store::WebhookInactive) const { return inactive(); }
};

struct ShowRecovered {
  bool dry_run;
  http::Reply operator()(const store::Recovered& recovered) const {
    json::Writer out;
    out.begin_object()
        .field("dry_run", dry_run)
        .field("requeued", recovered.requeued)
        .field("created", recovered.created)
        .field("complete", recovered.complete)
        .end_object();
    return json_reply(200, out.take());
  }
  http::Reply operator()(store::NotFound) const { return not_found("webhook"); }
  http::Reply operator()(store::WebhookInactive) const { return inactive(); }
};

Event example_event(const json::EventCatalog& catalog, EventType type, EventId id, Time now) {
  return {std::move(id),
          type,
          {},
          json::example_subject(type),
          now,
          std::nullopt,
          std::string(catalog.entry(type).example)};
}

}  // namespace

http::Reply list_deliveries(const Call& call, store::DeliveryStore& deliveries) {
  Query query(call.request.query);
  store::DeliveryQuery wanted;
  wanted.states = query.list<DeliveryState>("state", delivery_state_from, "a delivery's state");
  wanted.event_types = query.list<EventType>("event_type", event_type_from, "an event type");
  wanted.subject = query.text("subject", limits::kSubjectLength);
  wanted.since = query.time("since");
  wanted.until = query.time("until");
  wanted.after_sequence = query.integer("after_sequence", 0, kLargestSequence);
  wanted.cursor = query.integer("cursor", 0, kLargestSequence);
  wanted.limit = query.integer("limit", 1, limits::kPageSize).value_or(limits::kDefaultPageSize);
  wanted.look = kLook;
  if (auto errors = query.finish(); !errors.empty()) return invalid_query(std::move(errors));

  const auto page = deliveries.list(call.partner(), WebhookId{call.ids[0]}, wanted);
  if (!page) return not_found("webhook");
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const Delivery& delivery : page->deliveries) write_delivery(out, delivery);
  out.end_array().key("next_cursor");
  if (page->next_cursor)
    out.value(std::to_string(*page->next_cursor));
  else
    out.value(nullptr);
  out.end_object();
  return json_reply(200, out.take());
}

http::Reply read_delivery(const Call& call, store::DeliveryStore& deliveries) {
  Query query(call.request.query);
  if (auto errors = query.finish(); !errors.empty()) return invalid_query(std::move(errors));
  const auto delivery = deliveries.find(call.partner(), DeliveryId{call.ids[0]});
  if (!delivery) return not_found("delivery");
  return json_reply(200, delivery_json(*delivery));
}

Outcome retry_delivery(const Call& call) {
  auto body = read_optional_body(call.request);
  if (auto* refused = std::get_if<http::Reply>(&body)) return std::move(*refused);
  std::vector<json::FieldError> errors;
  json::ObjectReader(std::get<json::Document>(body), errors).finish();
  if (!errors.empty()) return invalid_fields(std::move(errors));
  return [partner = call.partner(), id = DeliveryId{call.ids[0]},
          now = call.now](store::Session& session) {
    return std::visit(ShowRetry{}, session.deliveries().retry(partner, id, now));
  };
}

Outcome recover_deliveries(const Call& call) {
  auto body = read_body(call.request);
  if (auto* refused = std::get_if<http::Reply>(&body)) return std::move(*refused);
  std::vector<json::FieldError> errors;
  json::ObjectReader reader(std::get<json::Document>(body), errors);
  const auto since = reader.time("since", json::Need::required);
  const auto until = reader.time("until", json::Need::required);
  const bool dry_run = reader.boolean("dry_run", json::Need::optional).value_or(false);
  if (since && until && *until <= *since)
    reader.refuse("until", "out_of_range", "must be after since");
  reader.finish();
  if (!errors.empty()) return invalid_fields(std::move(errors));
  return LongLook{[partner = call.partner(), id = WebhookId{call.ids[0]}, dry_run,
                   wanted = store::RecoverQuery{*since, *until}, now = call.now](
                      store::Session& session) -> std::variant<http::Reply, WriteUnit> {
    if (dry_run) {
      const auto counted = session.deliveries().count_missed(partner, id, wanted, now);
      return counted ? ShowRecovered{dry_run}(*counted) : not_found("webhook");
    }
    auto missed = session.deliveries().find_missed(partner, id, wanted, now);
    if (!missed) return not_found("webhook");
    return [partner, id, missed = std::move(*missed), now](store::Session& writer) {
      return std::visit(ShowRecovered{false},
                        writer.deliveries().recover(partner, id, missed, now));
    };
  }};
}

Outcome test_webhook(const Call& call, const json::EventCatalog& catalog, Random& random) {
  auto body = read_optional_body(call.request);
  if (auto* refused = std::get_if<http::Reply>(&body)) return std::move(*refused);
  std::vector<json::FieldError> errors;
  json::ObjectReader reader(std::get<json::Document>(body), errors);
  std::optional<EventType> type;
  if (const auto name = reader.text("event_type", json::Need::optional)) {
    type = event_type_from(*name);
    if (!type) reader.refuse("event_type", "not_allowed", "must be one of the four event types");
  }
  reader.finish();
  if (!errors.empty()) return invalid_fields(std::move(errors));
  return [partner = call.partner(), id = WebhookId{call.ids[0]}, type,
          event_id = EventId{ordered_token("evt_", call.now, random)}, &catalog,
          now = call.now](store::Session& session) {
    const auto webhook = session.webhooks().find(partner, id);
    if (!webhook) return not_found("webhook");
    Event event =
        example_event(catalog, type.value_or(webhook->settings.event_types.front()), event_id, now);
    event.contract = webhook->settings.contract;
    return std::visit(ShowTest{}, session.deliveries().test(partner, id, event, now));
  };
}

}  // namespace webhooks::api
