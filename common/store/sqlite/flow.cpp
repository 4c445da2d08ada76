#include "common/store/sqlite/flow.h"

#include <algorithm>
#include <set>
#include <vector>

#include "common/store/sqlite/lane.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kFind = R"sql(
  SELECT w.id, w.url, w.status = 'active', w.delivery_order, f.last_sequence, f.ready_at, f.proven,
         f.failures, f.failing_since, f.hold_until, f.cancelled_through,
         c.active
  FROM flow f JOIN webhook w ON w.key = f.webhook JOIN contract c ON c.id = w.contract_id
  WHERE f.webhook = ?)sql";

// The next turn is when the first of the queue is due, but not before its place among the waiting
// webhooks.
constexpr std::string_view kSave = R"sql(
  UPDATE flow SET last_sequence = ?2, proven = ?3, failures = ?4, failing_since = ?5, hold_until = ?6,
    ready_at = CASE WHEN ?8 THEN (SELECT max(due, ?7) FROM queue WHERE queue.webhook = ?1 ORDER BY due LIMIT 1) END
  WHERE webhook = ?1)sql";

constexpr std::string_view kProbeEnds = "SELECT max(lease_until) FROM claim WHERE webhook = ?";

constexpr std::string_view kDeactivate = R"sql(
  UPDATE webhook SET status = 'inactive', status_reason = ?2, version = version + 1, updated_at = ?3
  WHERE key = ?1 AND status = 'active')sql";

constexpr std::string_view kCancelWaiting = R"sql(
  UPDATE flow SET ready_at = NULL, cancelled_through = last_sequence, cancelled_at = ?2
  WHERE webhook = ?1 AND last_sequence > 0)sql";

constexpr std::string_view kCancelled = R"sql(
  SELECT d.event, d.sequence, d.due, f.cancelled_at, d.subject, d.ordered
  FROM flow f JOIN delivery d INDEXED BY delivery_pending ON d.webhook = f.webhook
  WHERE f.webhook = ?1 AND d.ordered IN (0, 1) AND d.state = 'pending' AND d.sequence <= f.cancelled_through
    AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.webhook = d.webhook AND c.event = d.event)
  LIMIT ?2)sql";

constexpr std::string_view kCancelledThrough =
    "SELECT cancelled_through FROM flow WHERE webhook = ?";

constexpr std::string_view kSwept =
    "UPDATE flow SET cancelled_through = 0, cancelled_at = NULL WHERE webhook = ?";

// Enough for nearly every webhook; what is more waits for the worker.
constexpr std::int64_t kSweptAtOnce = 1000;

}  // namespace

Flow* FlowBook::find(std::int64_t webhook) {
  const auto [at, is_new] = flows_.try_emplace(webhook);
  if (!is_new) {
    if (!at->second) return nullptr;
    at->second->dirty = true;
    return &*at->second;
  }
  Rows row = db_.query(kFind, webhook);
  if (!row.next()) return nullptr;
  Flow flow;
  flow.webhook = webhook;
  flow.dirty = true;
  flow.id = {row.text(0)};
  flow.url = row.text(1);
  flow.active = row.integer(2) != 0;
  flow.contract_active = row.integer(11) != 0;
  flow.order = delivery_order_from(row.view(3)).value();
  flow.last_sequence = row.integer(4);
  flow.ready_at = row.maybe_time(5);
  flow.health = {row.integer(7), row.maybe_time(8), row.maybe_time(9), row.integer(6) != 0};
  flow.cancelled_through = row.integer(10);
  return &at->second.emplace(std::move(flow));
}

void FlowBook::save() {
  for (auto& [webhook, flow] : flows_) {
    if (!flow || !flow->dirty) continue;
    Time place = flow->served_at.value_or(std::min(flow->ready_at.value_or(now_), now_));
    if (flow->health.hold_until) place = std::max(place, *flow->health.hold_until);
    if (is_probing(flow->health))  // one at a time, over all workers
      if (const auto probe_ends = db_.value(kProbeEnds, webhook))
        place = std::max(place, Time(Millis(*probe_ends)));
    db_.run(kSave, webhook, flow->last_sequence, flow->health.proven, flow->health.failures,
            flow->health.failing_since, flow->health.hold_until, place, flow->may_send());
    flow->dirty = false;
  }
}

bool sweep_cancelled(Connection& db, std::int64_t webhook, std::int64_t limit) {
  if (db.value(kCancelledThrough, webhook).value_or(0) == 0) return true;
  struct Entry {
    std::int64_t event, sequence;
    Time due, cancelled_at;
  };
  std::vector<Entry> entries;
  std::set<std::string> lanes;
  for (Rows rows = db.query(kCancelled, webhook, limit); rows.next();) {
    entries.push_back({rows.integer(0), rows.integer(1), rows.time(2), rows.time(3)});
    if (rows.integer(5) != 0) lanes.insert(rows.text(4));
  }
  for (const Entry& entry : entries) {
    dequeue(db, webhook, entry.due, entry.sequence);
    finish(db, {webhook, entry.event}, DeliveryState::cancelled, kInactiveReason,
           entry.cancelled_at);
  }
  // Younger ones of a webhook that is active again may have waited behind them.
  for (const std::string& subject : lanes) advance_lane_if_free(db, webhook, subject);
  if (static_cast<std::int64_t>(entries.size()) == limit) return false;
  db.run(kSwept, webhook);
  return true;
}

void cancel_waiting(Connection& db, std::int64_t webhook, Time now) {
  db.run(kCancelWaiting, webhook, now);
  sweep_cancelled(db, webhook, kSweptAtOnce);
}

void deactivate(Connection& db, std::int64_t webhook, std::string_view reason, Time now) {
  db.run(kDeactivate, webhook, reason, now);
  cancel_waiting(db, webhook, now);
}

}  // namespace webhooks::store::sqlite
