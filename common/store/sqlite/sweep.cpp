#include <vector>

#include "common/domain/limits.h"
#include "common/store/sqlite/lane.h"
#include "common/store/sqlite/turn_steps.h"

// Cleaning up in bounded steps: what a deactivation cancelled, what a deleted webhook left, what is
// past retention.
namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kSweeping =
    "SELECT webhook FROM flow WHERE cancelled_through > 0 LIMIT 1";

constexpr std::string_view kPurging = "SELECT webhook FROM purge LIMIT 1";
constexpr std::string_view kPurgeEvents =
    "SELECT event FROM delivery WHERE webhook = ? ORDER BY sequence LIMIT ?";
constexpr std::string_view kPurgeQueue = R"sql(
  DELETE FROM queue WHERE webhook = ?1 AND (due, sequence) IN (
    SELECT due, sequence FROM queue WHERE webhook = ?1 LIMIT ?2))sql";
constexpr std::string_view kPurgeLatest = R"sql(
  DELETE FROM latest_delivered WHERE webhook = ?1 AND (subject, type) IN (
    SELECT subject, type FROM latest_delivered WHERE webhook = ?1 LIMIT ?2))sql";
constexpr std::string_view kPurgeAttempts = "DELETE FROM attempt WHERE event = ? AND webhook = ?";
constexpr std::string_view kPurgeDelivery = "DELETE FROM delivery WHERE event = ? AND webhook = ?";
constexpr std::string_view kPurged = "DELETE FROM purge WHERE webhook = ?";

// One step through the oldest events. A delivery that is unfinished, or ended late (recovered,
// say), holds its own event, and none behind it.
constexpr std::string_view kOldEvents = R"sql(
  SELECT position, received_at < ?2,
         status <> 'pending' AND NOT EXISTS (
           SELECT 1 FROM delivery d WHERE d.event = position AND coalesce(d.finished_at, ?2) >= ?2)
  FROM outbox WHERE position > ?1 ORDER BY position LIMIT ?3)sql";

// Between two walks through what is past retention.
constexpr Millis kRetentionPause = std::chrono::minutes(1);
constexpr std::string_view kDropAttempts = "DELETE FROM attempt WHERE event = ?";
constexpr std::string_view kDropDeliveries = "DELETE FROM delivery WHERE event = ?";
constexpr std::string_view kDropLatest = "DELETE FROM latest_delivered WHERE event = ?";
constexpr std::string_view kDropEvent = "DELETE FROM outbox WHERE position = ?";

void sweep_inactive(Turn& turn) {
  const auto webhook = turn.db.value(kSweeping);
  if (!webhook) return;
  if (turn.one_by_one) turn.flows.load({&*webhook, 1});  // which mends it
  turn.result.ended.cancelled +=
      sweep_cancelled(turn.db, *webhook, turn.request.sweep_limit).cancelled;
  turn.result.more = true;
}

void sweep_deleted(Turn& turn) {
  const auto webhook = turn.db.value(kPurging);
  if (!webhook) return;
  const std::int64_t limit = turn.request.sweep_limit;
  std::vector<std::int64_t> events;
  for (Rows rows = turn.db.query(kPurgeEvents, *webhook, limit); rows.next();)
    events.push_back(rows.integer(0));
  for (const std::int64_t event : events) {
    turn.db.run(kPurgeAttempts, event, *webhook);
    turn.db.run(kPurgeDelivery, event, *webhook);
  }
  const std::int64_t dequeued = turn.db.run(kPurgeQueue, *webhook, limit);
  const std::int64_t forgotten = turn.db.run(kPurgeLatest, *webhook, limit);
  if (static_cast<std::int64_t>(events.size()) < limit && dequeued < limit && forgotten < limit)
    turn.db.run(kPurged, *webhook);
  turn.result.more = true;
}

void sweep_old(Turn& turn) {
  Retention& retention = turn.places.retention;
  const Time now = turn.request.now;
  if (now < retention.next_walk && now > retention.next_walk - 2 * kRetentionPause) return;
  const std::int64_t limit = turn.request.sweep_limit / 10;
  std::vector<std::int64_t> ended;
  std::int64_t seen = 0;
  bool all_old = true;
  for (Rows rows = turn.db.query(kOldEvents, retention.cursor, now - limits::kRetention, limit);
       rows.next();) {
    ++seen;
    retention.cursor = rows.integer(0);
    if (rows.integer(1) == 0)
      all_old = false;
    else if (rows.integer(2) != 0)
      ended.push_back(rows.integer(0));
  }
  // An event may have gone to thousands of webhooks: what is left of the step waits for the next.
  std::int64_t rows_removed = 0;
  for (const std::int64_t event : ended) {
    rows_removed += turn.db.run(kDropAttempts, event);
    rows_removed += turn.db.run(kDropDeliveries, event);
    turn.db.run(kDropLatest, event);
    turn.db.run(kDropEvent, event);
    ++turn.result.removed;
    if (rows_removed < 2 * turn.request.sweep_limit || event == ended.back()) continue;
    retention.cursor = event;
    turn.result.more = true;
    return;
  }
  if (seen == limit && all_old) {
    turn.result.more = true;
  } else {
    retention = {0, now + kRetentionPause};
  }
}

}  // namespace

void sweep(Turn& turn) {
  sweep_inactive(turn);
  sweep_deleted(turn);
  sweep_old(turn);
}

}  // namespace webhooks::store::sqlite
