#include <ostream>

#include "api/commands/command.h"
#include "api/commands/table.h"
#include "api/resources/webhook_json.h"

namespace webhooks::api::commands {
namespace {

std::vector<Webhook> matching(store::Session& session, const Options& options) {
  const auto partners = options.partner.empty() ? session.insight().partners()
                                                : std::vector{PartnerId{options.partner}};
  std::vector<Webhook> found;
  for (const PartnerId& partner : partners) {
    const auto left = options.limit - static_cast<std::int64_t>(found.size());
    if (left <= 0) break;
    store::WebhookQuery query;
    query.partner = partner;
    if (!options.contract.empty()) query.contracts = {{options.contract}};
    query.statuses = options.statuses;
    auto page = session.webhooks().list(query, 0, left);
    std::move(page.webhooks.begin(), page.webhooks.end(), std::back_inserter(found));
  }
  return found;
}

std::string types_of(const Webhook& webhook) {
  std::string types;
  for (const EventType type : webhook.settings.event_types)
    types += (types.empty() ? "" : ",") + std::string(to_string(type));
  return types;
}

}  // namespace

int list_webhooks(const Workbench& bench) {
  const auto session = bench.backend.connect();
  const auto found = matching(*session, bench.options);
  if (bench.options.json) {
    json::Writer out;
    out.begin_object().key("data").begin_array();
    for (const Webhook& webhook : found) write_webhook(out, webhook);
    out.end_array().end_object();
    bench.out << out.take() << '\n';
    return 0;
  }
  Table table(
      {"ID", "PARTNER", "NO", "CONTRACT", "STATUS", "ORDER", "URL", "EVENT TYPES", "REASON"});
  for (const Webhook& webhook : found)
    table.row({webhook.id.value, webhook.partner.value, std::to_string(webhook.number),
               webhook.settings.contract.value, std::string(to_string(webhook.settings.status)),
               std::string(to_string(webhook.settings.delivery_order)), webhook.settings.url,
               types_of(webhook), cell(webhook.status_reason)});
  table.print(bench.out);
  return 0;
}

}  // namespace webhooks::api::commands
