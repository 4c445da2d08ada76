#include <fmt/format.h>

#include "common/store/sqlite/stores.h"
#include "common/store/sqlite/webhook_rows.h"
#include "common/store/sqlite/webhook_selection.h"

// Lists of webhooks; webhook_selection.h says how they are found.
namespace webhooks::store::sqlite {

WebhookPage SqliteWebhookStore::list(const WebhookQuery& query, std::int64_t offset,
                                     std::int64_t limit) {
  const Snapshot snapshot(db_);
  const WebhookSelection chosen = select_webhooks(db_, query);
  WebhookPage page;
  page.total = chosen.total;
  if (offset >= chosen.total) return page;
  Connection::Adhoc statement(
      db_, fmt::format("SELECT {} FROM {}{}{} LIMIT ? OFFSET ?", kWebhookColumns, chosen.from,
                       chosen.filter.sql(), chosen.order));
  chosen.filter.bind(statement);
  statement.bind_next(limit);
  statement.bind_next(offset);
  for (Rows rows = statement.rows(); rows.next();) page.webhooks.push_back(read_webhook(rows));
  return page;
}

void SqliteWebhookStore::for_each(const WebhookQuery& query,
                                  const std::function<void(const Webhook&)>& visit) {
  const Snapshot snapshot(db_);
  const WebhookSelection chosen = select_webhooks(db_, query);
  Connection::Adhoc statement(db_, fmt::format("SELECT {} FROM {}{}{}", kWebhookColumns,
                                               chosen.from, chosen.filter.sql(), chosen.order));
  chosen.filter.bind(statement);
  for (Rows rows = statement.rows(); rows.next();) visit(read_webhook(rows));
}

}  // namespace webhooks::store::sqlite
