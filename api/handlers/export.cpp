#include "api/handlers/export.h"

#include <optional>

#include "api/export/export.h"
#include "api/handlers/webhook_query.h"
#include "api/wire/problem.h"
#include "common/domain/limits.h"

namespace webhooks::api {
namespace {

// Rows came to be between counting and writing: the same answer as if they had been counted.
struct TooManyRows {};

http::Reply too_many() {
  return reply(
      {422,
       "too-many-rows",
       "A sheet holds at most " + std::to_string(limits::kExportRows) + " webhooks; filter them.",
       {},
       {},
       {}});
}

TextSheet::Row row_of(const Webhook& webhook) {
  std::string labels;
  for (const EventType type : webhook.settings.event_types)
    labels += (labels.empty() ? "" : ", ") + std::string(label(type));
  return {webhook.settings.contract.value, webhook.settings.url, std::move(labels),
          webhook.settings.status == WebhookStatus::active ? "Active" : "Inactive"};
}

}  // namespace

http::Reply export_webhooks(const Call& call, store::WebhookStore& webhooks,
                            const std::string& zone) {
  Query query(call.request.query);
  const auto wanted = webhook_query(query, call.partner());
  const auto name = export_file_name(call.now, query.text("tz", 64).value_or(zone));
  if (!name) query.refuse("tz", "invalid_value", "must be an IANA time zone such as Europe/Berlin");
  if (auto errors = query.finish(); !errors.empty()) return invalid_query(std::move(errors));
  if (webhooks.list(wanted, 0, 1).total > static_cast<std::int64_t>(limits::kExportRows))
    return too_many();

  TextSheet sheet({"Contract", "URL", "Event Type", "Status"});
  std::size_t rows = 0;
  try {
    webhooks.for_each(wanted, [&](const Webhook& webhook) {
      if (++rows > limits::kExportRows) throw TooManyRows{};
      sheet.add(row_of(webhook));
    });
  } catch (const TooManyRows&) {
    return too_many();
  }
  return std::move(sheet)
      .finish()
      .with("Content-Type", std::string(kXlsx))
      .with("Content-Disposition", "attachment; filename=\"" + *name + '"')
      .with("Cache-Control", "no-store");
}

}  // namespace webhooks::api
