#include "api/handlers/webhook_input.h"

#include "api/handlers/fields.h"
#include "common/domain/limits.h"
#include "common/json/object_reader.h"

namespace webhooks::api {
namespace {

using json::Need;
using json::ObjectReader;

std::string event_type_names() {
  std::string names;
  for (const EventType type : kEventTypes)
    names += (names.empty() ? "" : ", ") + std::string(to_string(type));
  return names;
}

std::optional<std::string> read_url(ObjectReader& reader, Need need, const WebhookRules& rules) {
  const auto text = reader.text("url", need);
  if (!text) return std::nullopt;
  auto parsed = parse_target_url(*text, rules.url);
  if (const auto* error = std::get_if<UrlError>(&parsed)) {
    reader.refuse("url", error->code, error->message);
    return std::nullopt;
  }
  TargetUrl& url = std::get<TargetUrl>(parsed);
  if (url.literal && !rules.egress.permits(*url.literal)) {
    reader.refuse("url", "address_not_allowed",
                  "must not name an address that is not globally routable");
    return std::nullopt;
  }
  return std::move(url.text);
}

std::optional<std::vector<EventType>> read_event_types(ObjectReader& reader, Need need) {
  const auto judge = [](const std::string& name) -> std::optional<ObjectReader::Fault> {
    if (event_type_from(name)) return std::nullopt;
    return ObjectReader::Fault{"not_allowed", "must be one of: " + event_type_names()};
  };
  const auto names = reader.texts("event_types", need, judge);
  if (!names) return std::nullopt;
  if (names->empty()) {
    reader.refuse("event_types", "too_few", "must name at least one event type");
    return std::nullopt;
  }
  std::vector<EventType> types;
  for (const std::string& name : *names) types.push_back(event_type_from(name).value());
  return normalised(std::move(types));
}

// The members that POST, PUT and PATCH share. `need`: of those that a webhook cannot be without.
WebhookPatch read_members(ObjectReader& reader, Need need, const WebhookRules& rules) {
  WebhookPatch read;
  if (auto id = reader.text("contract_id", need)) {
    if (is_contract_id(*id))
      read.contract = ContractId{std::move(*id)};
    else
      reader.refuse("contract_id", "invalid_id",
                    "must be 1 to 64 letters, digits, '.', '_' or '-'");
  }
  read.url = read_url(reader, need, rules);
  read.event_types = read_event_types(reader, need);
  if (reader.is_null("status")) {
    reader.member("status", Need::optional);
    read.status = WebhookStatus::active;
  } else if (const auto status = reader.text("status", Need::optional)) {
    read.status = webhook_status_from(*status);
    if (!read.status) reader.refuse("status", "not_allowed", "must be one of: active, inactive");
  }
  if (reader.is_null("delivery_order")) {
    reader.member("delivery_order", Need::optional);
    read.delivery_order = DeliveryOrder::by_subject;
  } else if (const auto order = reader.text("delivery_order", Need::optional)) {
    read.delivery_order = delivery_order_from(*order);
    if (!read.delivery_order)
      reader.refuse("delivery_order", "not_allowed", "must be one of: by_subject, latest, any");
  }
  if (reader.is_null("description")) {
    reader.member("description", Need::optional);
    read.description = "";
  } else if (auto description = reader.text("description", Need::optional)) {
    if (check_text(reader, "description", *description, limits::kDescriptionLength))
      read.description = std::move(*description);
  }
  reader.read_only(
      {"id", "number", "status_reason", "created_at", "updated_at", "version", "secret"});
  reader.finish();
  return read;
}

}  // namespace

WebhookSettings WebhookPatch::applied_to(WebhookSettings settings) const {
  if (contract) settings.contract = *contract;
  if (url) settings.url = *url;
  if (event_types) settings.event_types = *event_types;
  if (status) settings.status = *status;
  if (delivery_order) settings.delivery_order = *delivery_order;
  if (description) settings.description = *description;
  return settings;
}

std::variant<WebhookSettings, FieldErrors> webhook_settings(const json::Value& body,
                                                            const WebhookRules& rules) {
  FieldErrors errors;
  ObjectReader reader(body, errors);
  const WebhookPatch read = read_members(reader, Need::required, rules);
  if (!errors.empty()) return errors;
  return read.applied_to({});
}

std::variant<WebhookPatch, FieldErrors> webhook_patch(const json::Value& body,
                                                      const WebhookRules& rules) {
  FieldErrors errors;
  ObjectReader reader(body, errors);
  WebhookPatch read = read_members(reader, Need::optional, rules);
  if (!errors.empty()) return errors;
  return read;
}

}  // namespace webhooks::api
