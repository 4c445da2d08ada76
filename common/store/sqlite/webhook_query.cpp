#include <fmt/format.h>
#include <variant>

#include "common/store/sqlite/stores.h"
#include "common/store/sqlite/webhook_rows.h"

// Lists: SQL put together from the filters; every value from outside is bound.
namespace webhooks::store::sqlite {
namespace {

using Value = std::variant<std::int64_t, std::string>;

struct Filter {
  std::string sql;
  std::vector<Value> values;

  template <class T, class Show>
  void any_of(std::string_view column, const std::vector<T>& wanted, Show show) {
    if (wanted.empty()) return;
    sql += fmt::format(" AND {} IN (", column);
    add(wanted, show);
    sql += ')';
  }

  template <class T, class Show>
  void add(const std::vector<T>& wanted, Show show) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      sql += i == 0 ? "?" : ", ?";
      values.emplace_back(show(wanted[i]));
    }
  }
};

std::string escape_like(std::string_view text) {
  std::string out = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') out += '\\';
    out += c;
  }
  return out + '%';
}

Filter filter_of(const WebhookQuery& query) {
  const auto name = [](auto value) { return std::string(to_string(value)); };
  Filter filter{" WHERE w.partner_id = ?", {query.partner.value}};
  filter.any_of("w.number", query.numbers, [](std::int64_t number) { return number; });
  filter.any_of("w.contract_id", query.contracts, [](const ContractId& id) { return id.value; });
  filter.any_of("w.status", query.statuses, name);
  if (!query.event_types.empty()) {
    filter.sql +=
        " AND EXISTS (SELECT 1 FROM subscription s WHERE s.webhook = w.key AND s.event_type IN (";
    filter.add(query.event_types, name);
    filter.sql += "))";
  }
  if (query.url_contains) {
    filter.sql += " AND w.url LIKE ? ESCAPE '\\'";
    filter.values.emplace_back(escape_like(*query.url_contains));
  }
  return filter;
}

std::string_view sort_column(WebhookSort sort) {
  switch (sort) {
    case WebhookSort::number:
      return "w.number";
    case WebhookSort::contract_id:
      return "w.contract_id";
    case WebhookSort::url:
      return "w.url";
    case WebhookSort::event_type:
      return "(SELECT min(s.event_type) FROM subscription s WHERE s.webhook = w.key)";
    case WebhookSort::status:
      return "w.status";
    case WebhookSort::created_at:
      return "w.created_at";
    case WebhookSort::updated_at:
      return "w.updated_at";
  }
  return "w.number";
}

std::string order_of(const WebhookQuery& query) {
  return fmt::format(" ORDER BY {} {}, w.number", sort_column(query.sort),
                     query.descending ? "DESC" : "ASC");
}

void bind_all(Connection::Adhoc& statement, const Filter& filter) {
  for (const Value& value : filter.values)
    std::visit([&](const auto& bound) { statement.bind_next(bound); }, value);
}

}  // namespace

WebhookPage SqliteWebhookStore::list(const WebhookQuery& query, std::int64_t offset,
                                     std::int64_t limit) {
  const Filter filter = filter_of(query);
  const Snapshot snapshot(db_);
  WebhookPage page;
  {
    Connection::Adhoc count(db_, "SELECT count(*) FROM webhook w" + filter.sql);
    bind_all(count, filter);
    Rows rows = count.rows();
    rows.next();
    page.total = rows.integer(0);
  }
  Connection::Adhoc statement(db_, fmt::format("SELECT {} FROM webhook w{}{} LIMIT ? OFFSET ?",
                                               kWebhookColumns, filter.sql, order_of(query)));
  bind_all(statement, filter);
  statement.bind_next(limit);
  statement.bind_next(offset);
  for (Rows rows = statement.rows(); rows.next();) page.webhooks.push_back(read_webhook(rows));
  return page;
}

void SqliteWebhookStore::for_each(const WebhookQuery& query,
                                  const std::function<void(const Webhook&)>& visit) {
  const Filter filter = filter_of(query);
  Connection::Adhoc statement(db_, fmt::format("SELECT {} FROM webhook w{}{}", kWebhookColumns,
                                               filter.sql, order_of(query)));
  bind_all(statement, filter);
  for (Rows rows = statement.rows(); rows.next();) visit(read_webhook(rows));
}

}  // namespace webhooks::store::sqlite
