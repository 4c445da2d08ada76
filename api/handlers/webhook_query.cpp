#include "api/handlers/webhook_query.h"

#include "common/domain/limits.h"

namespace webhooks::api {
namespace {

constexpr std::int64_t kLargestNumber =
    (std::int64_t{1} << 53) - 1;  // that JSON's readers hold exactly

std::optional<store::WebhookSort> sort_from(std::string_view name) {
  using store::WebhookSort;
  if (name == "number") return WebhookSort::number;
  if (name == "contract_id") return WebhookSort::contract_id;
  if (name == "url") return WebhookSort::url;
  if (name == "event_type") return WebhookSort::event_type;
  if (name == "status") return WebhookSort::status;
  if (name == "created_at") return WebhookSort::created_at;
  if (name == "updated_at") return WebhookSort::updated_at;
  return std::nullopt;
}

}  // namespace

store::WebhookQuery webhook_query(Query& query, const PartnerId& partner) {
  store::WebhookQuery wanted;
  wanted.partner = partner;
  wanted.numbers = query.list<std::int64_t>(
      "number",
      [](const std::string& text) {
        const auto number = parse_integer(text);
        return number && *number >= 1 && *number <= kLargestNumber ? number : std::nullopt;
      },
      "a whole number from 1 to 9007199254740991");
  wanted.contracts = query.list<ContractId>(
      "contract_id",
      [](const std::string& text) {
        return is_contract_id(text) ? std::optional(ContractId{text}) : std::nullopt;
      },
      "1 to 64 letters, digits, '.', '_' or '-'");
  wanted.event_types = query.list<EventType>("event_type", event_type_from, "an event type");
  wanted.statuses = query.list<WebhookStatus>("status", webhook_status_from, "active or inactive");
  wanted.url_contains = query.text("url", limits::kUrlLength);
  if (auto sort = query.text("sort", 20)) {
    wanted.descending = sort->starts_with('-');
    const auto field = sort_from(std::string_view(*sort).substr(wanted.descending ? 1 : 0));
    if (field)
      wanted.sort = *field;
    else
      query.refuse("sort", "invalid_value",
                   "must be number, contract_id, url, event_type, status, created_at or "
                   "updated_at, with '-' before "
                   "it for descending");
  }
  return wanted;
}

}  // namespace webhooks::api
