#include "common/json/event_text.h"

#include "common/domain/limits.h"
#include "common/json/parse.h"
#include "common/json/writer.h"

namespace webhooks::json {
namespace {

constexpr std::int64_t kYear2000 = 946'684'800'000;
constexpr std::int64_t kYear2200 = 7'258'118'400'000;

std::optional<std::string> time_fault(std::string_view column, std::int64_t millis) {
  if (millis >= kYear2000 && millis < kYear2200) return std::nullopt;
  std::string fault(column);
  fault += " is not a time between the years 2000 and 2200 in milliseconds since 1970";
  if (millis >= kYear2000 / 1000 && millis < kYear2200 / 1000) fault += "; these look like seconds";
  if (millis >= kYear2000 * 1000) fault += "; these look like microseconds";
  return fault;
}

std::string sentence(const FieldError& error) {
  return (error.field.empty() ? "data" : "data." + error.field) + ' ' + error.message;
}

}  // namespace

std::string delivery_body(const Event& event, std::int64_t sequence) {
  Writer out;
  out.begin_object()
      .field("id", event.id.value)
      .field("type", to_string(event.type))
      .field("timestamp", event.occurred_at)
      .field("contract_id", event.contract.value)
      .field("subject", event.subject)
      .field("sequence", sequence)
      .key("data")
      .raw(event.data)
      .end_object();
  return out.take();
}

bool is_plausible(Time time) {
  return time.time_since_epoch().count() >= kYear2000 &&
         time.time_since_epoch().count() < kYear2200;
}

std::optional<std::string> check_outbox_row(const EventCatalog& catalog, std::string_view id,
                                            std::string_view type, std::string_view contract,
                                            std::string_view subject, std::string_view data,
                                            std::int64_t occurred_at,
                                            const std::optional<std::int64_t>& expires_at) {
  if (!is_event_id(id)) return "id must be 1 to 64 letters, digits, '_' or '-'";
  const auto known = event_type_from(type);
  if (!known) return "type is none of the event types";
  if (!is_contract_id(contract))
    return "contract_id must be 1 to 64 letters, digits, '.', '_' or '-'";
  if (!is_subject(subject))
    return "subject must be 1 to 200 bytes of UTF-8 without control characters";
  if (data.size() > limits::kEventBytes)
    return "data is larger than " + std::to_string(limits::kEventBytes) + " bytes";
  if (auto fault = time_fault("occurred_at", occurred_at)) return fault;
  if (expires_at)
    if (auto fault = time_fault("expires_at", *expires_at)) return fault;

  const auto parsed = parse(data);
  if (const auto* error = std::get_if<ParseError>(&parsed))
    return "data is not JSON: " + error->message + " (at byte " + std::to_string(error->offset) +
           ')';
  const Document& document = std::get<Document>(parsed);
  if (!document.IsObject()) return "data must be a JSON object";
  const auto errors = catalog.check(*known, document);
  if (errors.empty()) return std::nullopt;
  std::string fault = sentence(errors.front());
  if (errors.size() > 1) fault += " (and " + std::to_string(errors.size() - 1) + " more)";
  return fault;
}

}  // namespace webhooks::json
