#include "api/resources/delivery_json.h"

namespace webhooks::api {
namespace {

void write_members(json::Writer& out, const Delivery& delivery) {
  out.field("id", delivery.id.value)
      .field("event_id", delivery.event.value)
      .field("event_type", to_string(delivery.type))
      .field("webhook_id", delivery.webhook.value)
      .field("subject", delivery.subject)
      .field("sequence", delivery.sequence)
      .field("state", to_string(delivery.state))
      .field("reason", delivery.reason)
      .field("attempts_made", delivery.attempts_made)
      .field("next_attempt_at", delivery.next_attempt_at)
      .field("created_at", delivery.created_at)
      .field("finished_at", delivery.finished_at);
}

void write_attempt(json::Writer& out, const Attempt& attempt) {
  out.begin_object()
      .field("number", attempt.number)
      .field("started_at", attempt.started_at)
      .field("duration_ms", attempt.duration.count())
      .field("status_code", attempt.status_code)
      .field("error", attempt.error)
      .field("response_excerpt", attempt.response_excerpt)
      .field("trigger", to_string(attempt.trigger))
      .end_object();
}

}  // namespace

void write_delivery(json::Writer& out, const Delivery& delivery) {
  out.begin_object();
  write_members(out, delivery);
  out.end_object();
}

std::string delivery_json(const Delivery& delivery) {
  json::Writer out;
  write_delivery(out, delivery);
  return out.take();
}

std::string delivery_json(const DeliveryWithAttempts& delivery) {
  json::Writer out;
  out.begin_object();
  write_members(out, delivery.delivery);
  out.key("attempts").begin_array();
  for (const Attempt& attempt : delivery.attempts) write_attempt(out, attempt);
  out.end_array().end_object();
  return out.take();
}

}  // namespace webhooks::api
