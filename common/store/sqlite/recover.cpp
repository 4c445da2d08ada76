#include <algorithm>
#include <vector>

#include "common/store/sqlite/flow.h"
#include "common/store/sqlite/lane.h"
#include "common/store/sqlite/stores.h"
#include "common/store/sqlite/webhook_rows.h"

// Sending again all that was missed. What that is takes reading a whole range of the outbox, which
// holds up nobody; what then writes knows where to look.
namespace webhooks::store::sqlite {
namespace {

#define WEBHOOKS_FROM " FROM webhook w CROSS JOIN flow f ON f.webhook = w.key"
#define WEBHOOKS_SINCE \
  " CROSS JOIN outbox o ON o.contract_id = w.contract_id AND o.received_at >= ?3"
#define WEBHOOKS_DELIVERIES                                             \
  " LEFT JOIN delivery d ON d.event = o.position AND d.webhook = w.key" \
  " WHERE w.key = ?1 AND o.status = 'dispatched' AND o.test_of IS NULL"

// What the webhook did not get of the events that it subscribes to now. `superseded` is no loss:
// its newer one came. What a deactivation cancelled may still stand as pending.
#define WEBHOOKS_IS_MISSED                                                                       \
  " (o.expires_at IS NULL OR o.expires_at > ?2)"                                                 \
  " AND EXISTS (SELECT 1 FROM subscription s WHERE s.webhook = w.key AND s.event_type = o.type)" \
  " AND (d.event IS NULL OR d.state IN ('failed', 'cancelled', 'expired')"                       \
  "   OR (d.state = 'pending' AND d.sequence <= f.cancelled_through"                             \
  "       AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.webhook = d.webhook AND c.event = "      \
  "d.event)))"

// With `latest` only when no newer one of its type and subject came or is to come.
#define WEBHOOKS_IS_NEWEST                                                                      \
  " NOT EXISTS (SELECT 1 FROM latest_delivered l WHERE l.webhook = ?1"                          \
  "   AND l.subject = o.subject AND l.type = o.type AND l.event > o.position)"                  \
  " AND NOT EXISTS (SELECT 1 FROM delivery n JOIN outbox t ON t.position = n.event"             \
  "   WHERE n.webhook = ?1 AND n.ordered = 1 AND n.subject = o.subject AND n.state = 'pending'" \
  "   AND n.event > o.position AND t.type = o.type"                                             \
  "   AND (n.sequence > (SELECT cancelled_through FROM flow WHERE webhook = ?1)"                \
  "     OR EXISTS (SELECT 1 FROM claim c WHERE c.webhook = n.webhook AND c.event = n.event)))"

#define WEBHOOKS_MISSED                                                      \
  WEBHOOKS_FROM WEBHOOKS_SINCE " AND o.received_at < ?4" WEBHOOKS_DELIVERIES \
                               " AND" WEBHOOKS_IS_MISSED

// Of each type and subject the newest, unless a newer one came, which may have been behind the
// range, and before `latest_delivered` noted it.
#define WEBHOOKS_MISSED_LATEST                                                         \
  "SELECT o.position, EXISTS (SELECT 1 FROM delivery d"                                \
  "   WHERE d.event = o.position AND d.webhook = ?1) AS again"                         \
  " FROM (SELECT o.subject, o.type,"                                                   \
  "   max(CASE WHEN d.state = 'delivered' THEN o.position END) AS came,"               \
  "   max(CASE WHEN o.received_at < ?4 AND" WEBHOOKS_IS_MISSED                         \
  " THEN o.position END) AS position" WEBHOOKS_FROM WEBHOOKS_SINCE WEBHOOKS_DELIVERIES \
  " GROUP BY o.subject, o.type) o"                                                     \
  " WHERE o.position > coalesce(o.came, 0) AND" WEBHOOKS_IS_NEWEST

#define WEBHOOKS_AMONG                                             \
  "SELECT o.position, o.subject, d.sequence, d.ordered, o.type"    \
  " FROM batch(?3) b CROSS JOIN webhook w ON w.key = ?1"           \
  " CROSS JOIN flow f ON f.webhook = w.key"                        \
  " CROSS JOIN outbox o ON o.position = b.c0 AND o.contract_id = " \
  "w.contract_id" WEBHOOKS_DELIVERIES " AND" WEBHOOKS_IS_MISSED

constexpr std::string_view kCount = "SELECT count(d.event), count(*)" WEBHOOKS_MISSED;
constexpr std::string_view kCountLatest =
    "SELECT sum(again), count(*) FROM (" WEBHOOKS_MISSED_LATEST ")";
constexpr std::string_view kFind =
    "SELECT o.position" WEBHOOKS_MISSED " ORDER BY o.position LIMIT ?5";
constexpr std::string_view kFindLatest = WEBHOOKS_MISSED_LATEST " ORDER BY 1 LIMIT ?5";
constexpr std::string_view kAmong = WEBHOOKS_AMONG;
constexpr std::string_view kAmongLatest = WEBHOOKS_AMONG " AND" WEBHOOKS_IS_NEWEST;
#undef WEBHOOKS_AMONG
#undef WEBHOOKS_MISSED_LATEST
#undef WEBHOOKS_MISSED
#undef WEBHOOKS_IS_NEWEST
#undef WEBHOOKS_IS_MISSED
#undef WEBHOOKS_DELIVERIES
#undef WEBHOOKS_SINCE
#undef WEBHOOKS_FROM

constexpr std::string_view kOrder = "SELECT delivery_order = 'latest' FROM webhook WHERE key = ?";

constexpr std::string_view kAgain = R"sql(
  UPDATE delivery SET state = 'pending', reason = NULL, round_start = attempts_made, "trigger" = 'manual', due = ?3,
    finished_at = NULL
  WHERE webhook = ?1 AND event = ?2)sql";

constexpr std::string_view kCreate = R"sql(
  INSERT INTO delivery (event, webhook, sequence, subject, ordered, state, "trigger", due, created_at)
  VALUES (?1, ?2, ?3, ?4, ?5, 'pending', 'manual', ?6, ?6))sql";

// So many hold the write lock for 25 ms, out of a range of a million like out of one of ten.
constexpr std::int64_t kRecoveredAtOnce = 2000;

struct Missing {
  std::int64_t event = 0;
  std::string subject;
  std::optional<std::int64_t> sequence;
  bool ordered = true;
  EventType type{};
};

// Which of `missed` still are.
std::vector<Missing> still_missing(Connection& db, const Flow& flow, const Missed& missed,
                                   Time now) {
  Batch events;
  for (const std::int64_t event : missed.events) events.add(event);
  std::vector<Missing> missing;
  if (events.empty()) return missing;
  const bool latest = flow.order == DeliveryOrder::latest;
  for (Rows rows = db.query(latest ? kAmongLatest : kAmong, flow.webhook, now, events);
       rows.next();)
    missing.push_back({rows.integer(0), rows.text(1), rows.maybe_integer(2), rows.integer(3) != 0,
                       event_type_from(rows.view(4)).value()});
  return missing;
}

void send_again(Connection& db, Flow& flow, const Missing& one, bool is_claimed, Time now) {
  const DeliveryKey key{flow.webhook, one.event};
  const std::int64_t sequence = one.sequence.value_or(flow.last_sequence + 1);
  const bool ordered = one.sequence ? one.ordered : flow.order != DeliveryOrder::any;
  if (flow.order == DeliveryOrder::latest)
    supersede_older(db, key, one.subject, one.type, delivery_id(flow.id, sequence), now);
  place(db, key, sequence, one.subject, ordered, now, is_claimed, [&] {
    if (one.sequence)
      db.run(kAgain, key.webhook, key.event, now);
    else
      db.run(kCreate, key.event, key.webhook, sequence, one.subject, ordered, now);
  });
  flow.last_sequence = std::max(flow.last_sequence, sequence);
}

}  // namespace

std::optional<Recovered> SqliteDeliveryStore::count_missed(const PartnerId& partner,
                                                           const WebhookId& webhook,
                                                           const RecoverQuery& query, Time now) {
  const Snapshot snapshot(db_);
  const auto key = webhook_key(db_, partner, webhook);
  if (!key) return std::nullopt;
  const bool latest = db_.value(kOrder, *key) == 1;
  Rows row = db_.query(latest ? kCountLatest : kCount, *key, now, query.since, query.until);
  row.next();
  return Recovered{row.integer(0), row.integer(1) - row.integer(0)};
}

std::optional<Missed> SqliteDeliveryStore::find_missed(const PartnerId& partner,
                                                       const WebhookId& webhook,
                                                       const RecoverQuery& query, Time now) {
  const Snapshot snapshot(db_);
  const auto key = webhook_key(db_, partner, webhook);
  if (!key) return std::nullopt;
  const bool latest = db_.value(kOrder, *key) == 1;
  Missed missed;
  for (Rows rows = db_.query(latest ? kFindLatest : kFind, *key, now, query.since, query.until,
                             kRecoveredAtOnce);
       rows.next();)
    missed.events.push_back(rows.integer(0));
  missed.complete = static_cast<std::int64_t>(missed.events.size()) < kRecoveredAtOnce;
  return missed;
}

RecoverResult SqliteDeliveryStore::recover(const PartnerId& partner, const WebhookId& webhook,
                                           const Missed& missed, Time now) {
  Transaction transaction(db_);
  const auto key = webhook_key(db_, partner, webhook);
  if (!key) return NotFound{};
  FlowBook flows(db_, now);
  Flow* const flow = flows.find(*key);
  if (!flow->may_send()) return WebhookInactive{};
  Recovered recovered;
  // What a deactivation cancelled must stand as cancelled before it can begin anew.
  recovered.complete = sweep_cancelled(db_, *key, kRecoveredAtOnce).complete;
  if (recovered.complete) {
    const auto claimed = claimed_lanes(db_, *key);
    for (const Missing& one : still_missing(db_, *flow, missed, now)) {
      send_again(db_, *flow, one, claimed.contains(one.subject), now);
      ++(one.sequence ? recovered.requeued : recovered.created);
    }
    recovered.complete = missed.complete;
    flows.save();
  }
  transaction.commit();
  return recovered;
}

}  // namespace webhooks::store::sqlite
