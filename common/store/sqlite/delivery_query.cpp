#include <algorithm>
#include <fmt/format.h>

#include "common/store/sqlite/delivery_rows.h"
#include "common/store/sqlite/filter.h"
#include "common/store/sqlite/lane.h"
#include "common/store/sqlite/stores.h"
#include "common/store/sqlite/webhook_rows.h"

// Reading the delivery log.
namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kAttempts = R"sql(
  SELECT number, started_at, duration_ms, status_code, error, response_excerpt, "trigger" FROM attempt
  WHERE event = (SELECT event FROM delivery WHERE webhook = ?1 AND sequence = ?2) AND webhook = ?1
  ORDER BY number)sql";

constexpr std::string_view kEnds = R"sql(
  SELECT (SELECT min(sequence) FROM delivery WHERE webhook = ?1),
         (SELECT max(sequence) FROM delivery WHERE webhook = ?1))sql";

std::int64_t millis(Time time) { return time.time_since_epoch().count(); }

// The sequences that one page looks at, both ends included, and the end of the log that it goes
// towards. No index says which deliveries have a state, a type, a subject or an age: each would be
// one more to write for every delivery, for what is read now and then. So a page walks along the
// sequence, and a bounded walk is never long, however rare what it looks for.
struct Walk {
  std::int64_t first = 1;
  std::int64_t last = 0;
  std::int64_t end = 0;
};

Walk walk_of(Connection& db, std::int64_t webhook, const DeliveryQuery& query) {
  Rows ends = db.query(kEnds, webhook);
  if (!ends.next() || ends.is_null(0)) return {};
  const std::int64_t oldest = ends.integer(0);
  const std::int64_t newest = ends.integer(1);
  if (query.after_sequence) {
    const std::int64_t after = std::max(*query.after_sequence, query.cursor.value_or(0));
    const std::int64_t first = std::max(oldest, after + 1);
    const bool all = !query.look || newest - first < *query.look;
    return {first, all ? newest : first + *query.look - 1, newest};
  }
  const std::int64_t last = query.cursor ? std::min(newest, *query.cursor - 1) : newest;
  const bool all = !query.look || last - oldest < *query.look;
  return {all ? oldest : last - *query.look + 1, last, oldest};
}

Filter filter_of(std::int64_t webhook, const Walk& walk, const DeliveryQuery& query) {
  Filter filter;
  filter.add("d.webhook = ?", webhook);
  filter.add("d.sequence BETWEEN ? AND ?", walk.first, walk.last);
  filter.any_of(kDeliveryState, query.states, kByName);
  filter.any_of("o.type", query.event_types, kByName);
  if (query.subject) filter.add("d.subject = ?", *query.subject);
  if (query.since) filter.add("d.created_at >= ?", millis(*query.since));
  if (query.until) filter.add("d.created_at < ?", millis(*query.until));
  return filter;
}

}  // namespace

Delivery read_delivery(const Rows& row) {
  Delivery delivery;
  delivery.state = delivery_state_from(row.view(0)).value();
  delivery.webhook = {row.text(1)};
  delivery.event = {row.text(2)};
  delivery.type = event_type_from(row.view(3)).value();
  delivery.subject = row.text(4);
  delivery.sequence = row.integer(5);
  delivery.id = delivery_id(delivery.webhook, delivery.sequence);
  delivery.reason = row.maybe_text(6);
  delivery.attempts_made = row.integer(7);
  if (delivery.state == DeliveryState::pending) delivery.next_attempt_at = row.maybe_time(8);
  delivery.created_at = row.time(9);
  delivery.finished_at = row.maybe_time(10);
  if (delivery.state == DeliveryState::cancelled && !delivery.finished_at) {
    delivery.finished_at = row.maybe_time(11);
    delivery.reason = kInactiveReason;
  }
  return delivery;
}

std::optional<DeliveryWithAttempts> SqliteDeliveryStore::find(const PartnerId& partner,
                                                              const DeliveryId& id) {
  static const std::string kFind =
      fmt::format("SELECT {}{} FROM {} WHERE d.webhook = ? AND d.sequence = ?", kDeliveryState,
                  kDeliveryColumns, kDeliveryTables);
  const auto name = parse_delivery_id(id.value);
  if (!name) return std::nullopt;
  const Snapshot snapshot(db_);
  const auto webhook = webhook_key(db_, partner, name->webhook);
  if (!webhook) return std::nullopt;
  DeliveryWithAttempts found;
  {
    Rows row = db_.query(kFind, *webhook, name->sequence);
    if (!row.next()) return std::nullopt;
    found.delivery = read_delivery(row);
  }
  for (Rows rows = db_.query(kAttempts, *webhook, name->sequence); rows.next();) {
    Attempt attempt;
    attempt.number = rows.integer(0);
    attempt.started_at = rows.time(1);
    attempt.duration = Millis(rows.integer(2));
    if (const auto status = rows.maybe_integer(3)) attempt.status_code = static_cast<int>(*status);
    attempt.error = rows.maybe_text(4);
    attempt.response_excerpt = rows.text(5);
    attempt.trigger = trigger_from(rows.view(6)).value();
    found.attempts.push_back(std::move(attempt));
  }
  return found;
}

std::optional<DeliveryPage> SqliteDeliveryStore::list(const PartnerId& partner,
                                                      const WebhookId& webhook,
                                                      const DeliveryQuery& query) {
  const Snapshot snapshot(db_);
  const auto key = webhook_key(db_, partner, webhook);
  if (!key) return std::nullopt;
  const Walk walk = walk_of(db_, *key, query);
  const Filter filter = filter_of(*key, walk, query);
  Connection::Adhoc statement(
      db_, fmt::format("SELECT {}{} FROM {}{} ORDER BY d.sequence {} LIMIT ?", kDeliveryState,
                       kDeliveryColumns, kDeliveryTables, filter.sql(),
                       query.after_sequence ? "ASC" : "DESC"));
  filter.bind(statement);
  statement.bind_next(query.limit + 1);  // one more shows whether there is a next page
  DeliveryPage page;
  for (Rows rows = statement.rows(); rows.next();) page.deliveries.push_back(read_delivery(rows));
  if (static_cast<std::int64_t>(page.deliveries.size()) > query.limit) {
    page.deliveries.pop_back();
    page.next_cursor = page.deliveries.back().sequence;
    return page;
  }
  const std::int64_t reached = query.after_sequence ? walk.last : walk.first;
  if (walk.first <= walk.last && reached != walk.end) page.next_cursor = reached;
  return page;
}

}  // namespace webhooks::store::sqlite
