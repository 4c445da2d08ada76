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
constexpr std::string_view kPurgeAttempts = "DELETE FROM attempt WHERE event = ? AND webhook = ?";
constexpr std::string_view kPurgeDelivery = "DELETE FROM delivery WHERE event = ? AND webhook = ?";
constexpr std::string_view kPurged = "DELETE FROM purge WHERE webhook = ?";

constexpr std::string_view kOldest = "SELECT received_at FROM outbox ORDER BY position LIMIT 1";

// The oldest events stand first; one with an unfinished delivery stays, and those behind it are
// looked at all the same.
constexpr std::string_view kOldEvents = R"sql(
  SELECT position FROM outbox WHERE received_at < ?1 AND status <> 'pending'
    AND position < (SELECT min(position) FROM outbox) + 10 * ?2
    AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.event = position AND d.state = 'pending')
  ORDER BY position LIMIT ?2)sql";
constexpr std::string_view kDropAttempts = "DELETE FROM attempt WHERE event = ?";
constexpr std::string_view kDropDeliveries = "DELETE FROM delivery WHERE event = ?";
constexpr std::string_view kDropEvent = "DELETE FROM outbox WHERE position = ?";

void sweep_inactive(Turn& turn) {
  const auto webhook = turn.db.value(kSweeping);
  if (!webhook) return;
  sweep_cancelled(turn.db, *webhook, turn.request.sweep_limit);
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
  if (static_cast<std::int64_t>(events.size()) < limit && dequeued < limit)
    turn.db.run(kPurged, *webhook);
  turn.result.more = true;
}

void sweep_old(Turn& turn) {
  const Time cutoff = turn.request.now - limits::kRetention;
  const auto oldest = turn.db.value(kOldest);
  if (!oldest || Time(Millis(*oldest)) >= cutoff) return;
  const std::int64_t limit = turn.request.sweep_limit / 10;
  std::vector<std::int64_t> events;
  for (Rows rows = turn.db.query(kOldEvents, cutoff, limit); rows.next();)
    events.push_back(rows.integer(0));
  for (const std::int64_t event : events) {
    turn.db.run(kDropAttempts, event);
    turn.db.run(kDropDeliveries, event);
    turn.db.run(kDropEvent, event);
  }
  turn.result.more |= static_cast<std::int64_t>(events.size()) == limit;
}

}  // namespace

void sweep(Turn& turn) {
  sweep_inactive(turn);
  sweep_deleted(turn);
  sweep_old(turn);
}

}  // namespace webhooks::store::sqlite
