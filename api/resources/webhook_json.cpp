#include "api/resources/webhook_json.h"

namespace webhooks::api {
namespace {

void write_members(json::Writer& out, const Webhook& webhook) {
  out.field("id", webhook.id.value)
      .field("number", webhook.number)
      .field("contract_id", webhook.settings.contract.value)
      .field("url", webhook.settings.url)
      .key("event_types")
      .begin_array();
  for (const EventType type : webhook.settings.event_types) out.value(to_string(type));
  out.end_array()
      .field("status", to_string(webhook.settings.status))
      .field("status_reason", webhook.status_reason)
      .field("delivery_order", to_string(webhook.settings.delivery_order))
      .field("description", webhook.settings.description)
      .field("created_at", webhook.created_at)
      .field("updated_at", webhook.updated_at)
      .field("version", webhook.version);
}

}  // namespace

void write_webhook(json::Writer& out, const Webhook& webhook) {
  out.begin_object();
  write_members(out, webhook);
  out.end_object();
}

std::string webhook_json(const Webhook& webhook, const std::optional<std::string>& secret) {
  json::Writer out;
  out.begin_object();
  write_members(out, webhook);
  if (secret) out.field("secret", *secret);
  out.end_object();
  return out.take();
}

}  // namespace webhooks::api
