#include <algorithm>

#include "common/store/sqlite/flow.h"
#include "common/store/sqlite/lane.h"
#include "common/store/sqlite/stores.h"
#include "common/store/sqlite/webhook_rows.h"

// Sending again: one delivery, a test, or all that was missed.
namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kFindOne = R"sql(
  SELECT d.event, d.subject, d.ordered, d.state, d.due,
         EXISTS (SELECT 1 FROM claim c WHERE c.webhook = d.webhook AND c.event = d.event), o.type
  FROM delivery d JOIN outbox o ON o.position = d.event WHERE d.webhook = ? AND d.sequence = ?)sql";

constexpr std::string_view kNewRound = R"sql(
  UPDATE delivery SET state = 'pending', reason = NULL, round_start = attempts_made, "trigger" = ?3, due = ?4,
    finished_at = NULL
  WHERE webhook = ?1 AND event = ?2)sql";

constexpr std::string_view kTestEvent = R"sql(
  INSERT INTO outbox (id, type, contract_id, subject, data, occurred_at, received_at, status, matched, test_of)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'dispatched', 1, ?8) RETURNING position)sql";

constexpr std::string_view kCreate = R"sql(
  INSERT INTO delivery (event, webhook, sequence, subject, ordered, state, "trigger", due, created_at)
  VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?7, ?8))sql";

// What the webhook did not get of the events that it subscribes to now. `superseded` is no loss:
// its newer one came.
#define WEBHOOKS_MISSED                                                                          \
  " FROM webhook w CROSS JOIN outbox o ON o.contract_id = w.contract_id"                         \
  " LEFT JOIN delivery d ON d.event = o.position AND d.webhook = w.key"                          \
  " WHERE w.key = ?1 AND o.received_at >= ?2 AND o.received_at < ?3 AND o.status = 'dispatched'" \
  " AND o.test_of IS NULL AND (o.expires_at IS NULL OR o.expires_at > ?4)"                       \
  " AND EXISTS (SELECT 1 FROM subscription s WHERE s.webhook = w.key AND s.event_type = o.type)" \
  " AND (d.event IS NULL OR d.state IN ('failed', 'cancelled', 'expired'))"

// With `latest` only the newest of each type and subject counts, and only when no newer one came or
// is to come. (SQLite takes the other columns from the row of the max().)
#define WEBHOOKS_MISSED_LATEST                                                                   \
  "SELECT max(o.position) AS position, o.subject, d.sequence, d.ordered, o.type" WEBHOOKS_MISSED \
  " AND NOT EXISTS (SELECT 1 FROM latest_delivered l WHERE l.webhook = ?1"                       \
  "   AND l.subject = o.subject AND l.type = o.type AND l.event > o.position)"                   \
  " AND NOT EXISTS (SELECT 1 FROM delivery n JOIN outbox t ON t.position = n.event"              \
  "   WHERE n.webhook = ?1 AND n.ordered = 1 AND n.subject = o.subject AND n.state = 'pending'"  \
  "   AND n.event > o.position AND t.type = o.type)"                                             \
  " GROUP BY o.subject, o.type"

constexpr std::string_view kCountMissed = "SELECT count(d.event), count(*)" WEBHOOKS_MISSED;
constexpr std::string_view kMissed =
    "SELECT o.position, o.subject, d.sequence, d.ordered, o.type" WEBHOOKS_MISSED
    " ORDER BY o.position LIMIT ?5";
constexpr std::string_view kCountMissedLatest =
    "SELECT count(sequence), count(*) FROM (" WEBHOOKS_MISSED_LATEST ")";
constexpr std::string_view kMissedLatest = WEBHOOKS_MISSED_LATEST " ORDER BY 1 LIMIT ?5";
#undef WEBHOOKS_MISSED_LATEST
#undef WEBHOOKS_MISSED

constexpr std::int64_t kRecoveredAtOnce = 5000;

constexpr std::string_view kFirstDue =
    "SELECT due FROM queue WHERE webhook = ? ORDER BY due LIMIT 1";

// When somebody asks for this very delivery, it goes before the webhook's backlog, and a probed
// endpoint is tried at once: that is how its owner finds out whether it is mended.
Time before_the_others(Connection& db, Flow& flow, Time now) {
  flow.health.hold_until.reset();
  const auto first = db.value(kFirstDue, flow.webhook);
  return first ? std::min(now, Time(Millis(*first - 1))) : now;
}

}  // namespace

RetryResult SqliteDeliveryStore::retry(const PartnerId& partner, const DeliveryId& id, Time now) {
  Transaction transaction(db_);
  const auto name = parse_delivery_id(id.value);
  const auto webhook = name ? webhook_key(db_, partner, name->webhook) : std::nullopt;
  if (!webhook) return NotFound{};
  // What a deactivation cancelled must stand as cancelled before it can begin anew.
  if (!sweep_cancelled(db_, *webhook, kRecoveredAtOnce)) {
    transaction.commit();  // the next try, or the worker, goes on from there
    return InFlight{};
  }
  DeliveryKey key{*webhook, 0};
  std::string subject;
  bool ordered = false;
  std::optional<Time> waits_for;
  EventType type{};
  {
    Rows row = db_.query(kFindOne, *webhook, name->sequence);
    if (!row.next()) return NotFound{};
    if (row.integer(5) != 0) return InFlight{};
    key.event = row.integer(0);
    subject = row.text(1);
    ordered = row.integer(2) != 0;
    waits_for = row.maybe_time(4);
    type = event_type_from(row.view(6)).value();
  }
  FlowBook flows(db_, now);
  Flow* const flow = flows.find(*webhook);
  if (!flow->may_send()) return WebhookInactive{};
  if (ordered && flow->order == DeliveryOrder::latest)
    if (const auto newer = newer_alive(db_, key, subject, type))
      return Superseded{delivery_id(name->webhook, *newer)};
  const Time due = before_the_others(db_, *flow, now);
  if (waits_for) dequeue(db_, *webhook, *waits_for, name->sequence);
  place(db_, key, name->sequence, subject, ordered, due,
        [&] { db_.run(kNewRound, key.webhook, key.event, to_string(Trigger::manual), due); });
  flows.save();
  transaction.commit();
  return find(partner, id).value().delivery;
}

TestResult SqliteDeliveryStore::test(const PartnerId& partner, const WebhookId& webhook,
                                     const Event& event, Time now) {
  Transaction transaction(db_);
  const auto key = webhook_key(db_, partner, webhook);
  if (!key) return NotFound{};
  FlowBook flows(db_, now);
  Flow* const flow = flows.find(*key);
  if (!flow->may_send()) return WebhookInactive{};
  const std::int64_t position =
      db_.value(kTestEvent, event.id, to_string(event.type), event.contract, event.subject,
                event.data, event.occurred_at, now, *key)
          .value();
  const std::int64_t sequence = ++flow->last_sequence;
  const Time due = before_the_others(db_, *flow, now);
  db_.run(kCreate, position, *key, sequence, event.subject, false, to_string(Trigger::test), due,
          now);
  enqueue(db_, {*key, position}, sequence, due);
  flows.save();
  transaction.commit();
  return find(partner, delivery_id(webhook, sequence)).value().delivery;
}

RecoverResult SqliteDeliveryStore::recover(const PartnerId& partner, const WebhookId& webhook,
                                           const RecoverQuery& query, Time now) {
  Transaction transaction(db_);
  const auto key = webhook_key(db_, partner, webhook);
  if (!key) return NotFound{};
  FlowBook flows(db_, now);
  Flow* const flow = flows.find(*key);
  if (!flow->may_send() && !query.dry_run) return WebhookInactive{};
  Recovered recovered;
  recovered.complete = sweep_cancelled(db_, *key, kRecoveredAtOnce);
  if (!recovered.complete) {
    transaction.commit();
    return recovered;
  }
  const bool latest = flow->order == DeliveryOrder::latest;
  if (query.dry_run) {
    Rows row =
        db_.query(latest ? kCountMissedLatest : kCountMissed, *key, query.since, query.until, now);
    row.next();
    recovered.requeued = row.integer(0);
    recovered.created = row.integer(1) - row.integer(0);
    return recovered;
  }
  struct Missed {
    std::int64_t event = 0;
    std::string subject;
    std::optional<std::int64_t> sequence;
    bool ordered = true;
    EventType type{};
  };
  std::vector<Missed> missed;
  for (Rows rows = db_.query(latest ? kMissedLatest : kMissed, *key, query.since, query.until, now,
                             kRecoveredAtOnce);
       rows.next();)
    missed.push_back({rows.integer(0), rows.text(1), rows.maybe_integer(2), rows.integer(3) != 0,
                      event_type_from(rows.view(4)).value()});
  for (const Missed& one : missed) {
    const DeliveryKey delivery{*key, one.event};
    if (latest) {
      const std::int64_t sequence = one.sequence.value_or(flow->last_sequence + 1);
      supersede_older(db_, delivery, one.subject, one.type, delivery_id(webhook, sequence), now);
    }
    if (one.sequence) {
      place(db_, delivery, *one.sequence, one.subject, one.ordered, now,
            [&] { db_.run(kNewRound, *key, one.event, to_string(Trigger::manual), now); });
      ++recovered.requeued;
    } else {
      const std::int64_t sequence = ++flow->last_sequence;
      const bool ordered = flow->order != DeliveryOrder::any;
      place(db_, delivery, sequence, one.subject, ordered, now, [&] {
        db_.run(kCreate, one.event, *key, sequence, one.subject, ordered,
                to_string(Trigger::manual), now, now);
      });
      ++recovered.created;
    }
  }
  recovered.complete = static_cast<std::int64_t>(missed.size()) < kRecoveredAtOnce;
  flows.save();
  transaction.commit();
  return recovered;
}

}  // namespace webhooks::store::sqlite
