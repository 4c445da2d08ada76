#include <algorithm>

#include "common/store/sqlite/flow.h"
#include "common/store/sqlite/lane.h"
#include "common/store/sqlite/stores.h"
#include "common/store/sqlite/webhook_rows.h"

// Sending one delivery again, or a test.
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

constexpr std::int64_t kSweptAtOnce = 5000;

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
  if (!sweep_cancelled(db_, *webhook, kSweptAtOnce).complete) {
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
        ordered && lane_is_claimed(db_, key.webhook, subject),
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

}  // namespace webhooks::store::sqlite
