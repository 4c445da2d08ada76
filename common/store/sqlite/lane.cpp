#include "common/store/sqlite/lane.h"

#include <vector>

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kLaneIsBusy = R"sql(
  SELECT 1 FROM delivery WHERE webhook = ? AND ordered = 1 AND subject = ? AND state = 'pending' LIMIT 1)sql";

constexpr std::string_view kEnqueue =
    "INSERT INTO queue (webhook, due, sequence, event) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING";

constexpr std::string_view kLaneFirst = R"sql(
  SELECT event, sequence, due FROM delivery
  WHERE webhook = ? AND ordered = 1 AND subject = ? AND state = 'pending' ORDER BY event LIMIT 1)sql";

constexpr std::string_view kEnqueueAll = R"sql(
  INSERT OR FAIL INTO queue (webhook, due, sequence, event) SELECT c0, c1, c2, c3 FROM batch(?) WHERE true
  ON CONFLICT DO NOTHING)sql";

constexpr std::string_view kAdvanceLanes = R"sql(
  INSERT OR FAIL INTO queue (webhook, due, sequence, event)
  SELECT d.webhook, d.due, d.sequence, d.event FROM batch(?) b CROSS JOIN delivery d
  WHERE d.webhook = b.c0 AND d.event = (
    SELECT event FROM delivery WHERE webhook = b.c0 AND ordered = 1 AND subject = b.c1 AND state = 'pending'
    ORDER BY event LIMIT 1)
  ON CONFLICT DO NOTHING)sql";

constexpr std::string_view kDequeue =
    "DELETE FROM queue WHERE webhook = ? AND due = ? AND sequence = ?";

constexpr std::string_view kLaneClaimed = R"sql(
  SELECT 1 FROM claim c CROSS JOIN delivery d ON d.event = c.event AND d.webhook = c.webhook
  WHERE c.webhook = ? AND d.ordered = 1 AND d.subject = ? LIMIT 1)sql";

constexpr std::string_view kLanesClaimed = R"sql(
  SELECT d.subject FROM claim c CROSS JOIN delivery d ON d.event = c.event AND d.webhook = c.webhook
  WHERE c.webhook = ? AND d.ordered = 1)sql";

constexpr std::string_view kFinish = R"sql(
  UPDATE delivery SET state = ?3, reason = nullif(?4, ''), due = NULL, finished_at = ?5
  WHERE event = ?2 AND webhook = ?1 AND state = 'pending')sql";

// One that holds what its columns do not allow: it becomes what they do.
constexpr std::string_view kFinishDamaged = R"sql(
  UPDATE delivery SET state = ?3, reason = nullif(?4, ''), due = NULL, finished_at = ?5,
    sequence = CAST(sequence AS INTEGER), subject = CAST(subject AS TEXT), ordered = ordered IS 1,
    attempts_made = max(0, CAST(attempts_made AS INTEGER)), round_start = 0, created_at = CAST(created_at AS INTEGER),
    "trigger" = CASE WHEN "trigger" IN ('manual', 'test') THEN "trigger" ELSE 'schedule' END
  WHERE event = ?2 AND webhook = ?1 AND state = 'pending')sql";

constexpr std::string_view kDropDelivery =
    "DELETE FROM delivery WHERE webhook = ? AND event = ? AND state = 'pending'";

constexpr std::string_view kOlderOfType = R"sql(
  SELECT d.event, d.sequence, d.due FROM delivery d JOIN outbox o ON o.position = d.event
  WHERE d.webhook = ?1 AND d.ordered = 1 AND d.subject = ?2 AND d.state = 'pending' AND d.event < ?3
    AND o.type = ?4
    AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.webhook = d.webhook AND c.event = d.event)
  LIMIT 500)sql";

constexpr std::string_view kNewerOfType = R"sql(
  SELECT d.sequence FROM delivery d JOIN outbox o ON o.position = d.event
  WHERE d.webhook = ?1 AND d.ordered = 1 AND d.subject = ?2 AND d.state = 'pending' AND d.event > ?3
    AND o.type = ?4 ORDER BY d.event DESC LIMIT 1)sql";

constexpr std::string_view kNoteDelivered = R"sql(
  INSERT OR FAIL INTO latest_delivered (webhook, subject, type, event) SELECT c0, c1, c2, c3 FROM batch(?) WHERE true
  ON CONFLICT DO UPDATE SET event = max(event, excluded.event))sql";

constexpr std::string_view kNewerDelivered = R"sql(
  SELECT d.sequence FROM latest_delivered l JOIN delivery d ON d.event = l.event AND d.webhook = l.webhook
  WHERE l.webhook = ?1 AND l.subject = ?2 AND l.type = ?4 AND l.event > ?3)sql";

}  // namespace

EventType stored_event_type(std::string_view text) {
  const auto type = event_type_from(text);
  if (!type) throw ConstraintError("the event has a type that there is not");
  return *type;
}

Trigger stored_trigger(std::string_view text) {
  const auto trigger = trigger_from(text);
  if (!trigger) throw ConstraintError("the delivery has a trigger that there is not");
  return *trigger;
}

bool lane_is_busy(Connection& db, std::int64_t webhook, std::string_view subject) {
  return db.value(kLaneIsBusy, webhook, subject).has_value();
}

void enqueue(Connection& db, const DeliveryKey& key, std::int64_t sequence, Time due) {
  db.run(kEnqueue, key.webhook, due, sequence, key.event);
}

void advance_lane(Connection& db, std::int64_t webhook, std::string_view subject) {
  Rows first = db.query(kLaneFirst, webhook, subject);
  if (first.next()) enqueue(db, {webhook, first.integer(0)}, first.integer(1), first.time(2));
}

void enqueue_all(Connection& db, const Batch& entries) { db.run_for(kEnqueueAll, entries); }

void advance_lanes(Connection& db, const Batch& lanes) { db.run_for(kAdvanceLanes, lanes); }

void dequeue(Connection& db, std::int64_t webhook, Time due, std::int64_t sequence) {
  db.run(kDequeue, webhook, due, sequence);
}

void hold_lane(Connection& db, std::int64_t webhook, std::string_view subject) {
  Rows first = db.query(kLaneFirst, webhook, subject);
  if (first.next()) dequeue(db, webhook, first.time(2), first.integer(1));
}

void finish(Connection& db, const DeliveryKey& key, DeliveryState state, std::string_view reason,
            Time now) {
  for (const std::string_view how : {kFinish, kFinishDamaged}) {
    try {
      db.run(how, key.webhook, key.event, to_string(state), reason, now);
      return;
    } catch (const ConstraintError&) {
    }
  }
  db.run(kDropDelivery, key.webhook, key.event);
}

std::int64_t supersede_older(Connection& db, const DeliveryKey& key, std::string_view subject,
                             EventType type, const DeliveryId& newer, Time now) {
  struct Older {
    std::int64_t event, sequence;
    Time due;
  };
  std::vector<Older> older;
  for (Rows rows = db.query(kOlderOfType, key.webhook, subject, key.event, to_string(type));
       rows.next();)
    older.push_back({rows.integer(0), rows.integer(1), rows.time(2)});
  for (const Older& one : older) {
    dequeue(db, key.webhook, one.due, one.sequence);
    finish(db, {key.webhook, one.event}, DeliveryState::superseded, "superseded by " + newer.value,
           now);
  }
  return static_cast<std::int64_t>(older.size());
}

std::optional<std::int64_t> newer_in_lane(Connection& db, const DeliveryKey& key,
                                          std::string_view subject, EventType type) {
  return db.value(kNewerOfType, key.webhook, subject, key.event, to_string(type));
}

void note_delivered(Connection& db, const Batch& delivered) {
  db.run_for(kNoteDelivered, delivered);
}

std::optional<std::int64_t> newer_alive(Connection& db, const DeliveryKey& key,
                                        std::string_view subject, EventType type) {
  if (const auto waiting = newer_in_lane(db, key, subject, type)) return waiting;
  return db.value(kNewerDelivered, key.webhook, subject, key.event, to_string(type));
}

bool lane_is_claimed(Connection& db, std::int64_t webhook, std::string_view subject) {
  return db.value(kLaneClaimed, webhook, subject).has_value();
}

std::set<std::string, std::less<>> claimed_lanes(Connection& db, std::int64_t webhook) {
  std::set<std::string, std::less<>> subjects;
  for (Rows rows = db.query(kLanesClaimed, webhook); rows.next();) subjects.insert(rows.text(0));
  return subjects;
}

void advance_lane_if_free(Connection& db, std::int64_t webhook, std::string_view subject) {
  if (lane_is_claimed(db, webhook, subject)) return;
  hold_lane(db, webhook, subject);
  advance_lane(db, webhook, subject);
}

}  // namespace webhooks::store::sqlite
