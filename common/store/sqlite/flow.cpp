#include "common/store/sqlite/flow.h"

#include <algorithm>
#include <set>
#include <vector>

#include "common/store/sqlite/lane.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kLoad = R"sql(
  SELECT f.webhook, w.id, w.url, w.status = 'active', w.delivery_order, f.last_sequence, f.ready_at, f.proven,
         f.failures, f.failing_since, f.hold_until, f.cancelled_through, c.active, f.partner
  FROM batch(?) b CROSS JOIN flow f ON f.webhook = b.c0 CROSS JOIN webhook w ON w.key = f.webhook
       CROSS JOIN contract c ON c.id = w.contract_id)sql";

// The next turn is when the first of the queue is due, but not before its place among the waiting
// webhooks; of a probed one (c8) not before the probe that is out has ended.
constexpr std::string_view kSave = R"sql(
  UPDATE OR FAIL flow SET last_sequence = b.c1, proven = b.c2, failures = b.c3, failing_since = b.c4, hold_until = b.c5,
    ready_at = CASE WHEN b.c7 THEN (
      SELECT max(q.due, b.c6, CASE WHEN b.c8 THEN coalesce(
               (SELECT max(c.lease_until) FROM claim c WHERE c.webhook = b.c0), 0) ELSE 0 END)
      FROM queue q WHERE q.webhook = b.c0 ORDER BY q.due LIMIT 1) END
  FROM batch(?) b WHERE flow.webhook = b.c0)sql";

// Goes on behind the last sequence that is there, whatever was given before, and proves itself
// anew.
constexpr std::string_view kMend = R"sql(
  UPDATE flow SET last_sequence = s.last, proven = 0, failures = 0, failing_since = NULL, hold_until = NULL,
    cancelled_through = s.through, cancelled_at = CASE WHEN s.through > 0 THEN coalesce(cancelled_at, ?2) END
  FROM (SELECT webhook, last, max(0, min(cancelled_through, last)) AS through
        FROM (SELECT f.webhook, f.cancelled_through, max(0, f.last_sequence, coalesce(
                (SELECT max(sequence) FROM delivery WHERE webhook = b.c0), 0)) AS last
              FROM batch(?1) b CROSS JOIN flow f ON f.webhook = b.c0)) s
  WHERE flow.webhook = s.webhook
    AND (last_sequence <> s.last OR cancelled_through <> s.through OR (s.through = 0) <> (cancelled_at IS NULL)
         OR (failures = 0) <> (failing_since IS NULL) OR failures < 0 OR proven NOT IN (0, failures = 0))
  RETURNING webhook)sql";

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

void FlowBook::load(std::span<const std::int64_t> webhooks) {
  Batch missing;
  for (const std::int64_t webhook : webhooks)
    if (flows_.try_emplace(webhook).second) missing.add(webhook);
  if (missing.empty()) return;
  if (mends_)
    for (Rows rows = db_.query(kMend, missing, now_); rows.next();) mended_.insert(rows.integer(0));
  for (Rows rows = db_.query(kLoad, missing); rows.next();) {
    Flow flow;
    flow.webhook = rows.integer(0);
    flow.id = {rows.text(1)};
    flow.url = rows.text(2);
    flow.active = rows.integer(3) != 0;
    flow.order = delivery_order_from(rows.view(4)).value_or(DeliveryOrder::by_subject);
    flow.last_sequence = rows.integer(5);
    flow.ready_at = rows.maybe_time(6);
    flow.health = {rows.integer(8), rows.maybe_time(9), rows.maybe_time(10), rows.integer(7) != 0};
    flow.cancelled_through = rows.integer(11);
    flow.contract_active = rows.integer(12) != 0;
    flow.partner = rows.integer(13);
    flows_[flow.webhook] = std::move(flow);
  }
}

Flow* FlowBook::find(std::int64_t webhook) {
  auto at = flows_.find(webhook);
  if (at == flows_.end()) {
    load({&webhook, 1});
    at = flows_.find(webhook);
  }
  if (!at->second) return nullptr;
  at->second->dirty = true;
  return &*at->second;
}

void FlowBook::save() {
  Batch changed;
  for (auto& [webhook, flow] : flows_) {
    if (!flow || !flow->dirty) continue;
    Time place = flow->served_at.value_or(std::min(flow->ready_at.value_or(now_), now_));
    if (flow->health.hold_until) place = std::max(place, *flow->health.hold_until);
    changed.add(webhook, flow->last_sequence, flow->health.proven, flow->health.failures,
                flow->health.failing_since, flow->health.hold_until, place, flow->may_send(),
                is_probing(flow->health));
    flow->dirty = false;
  }
  db_.run_for(kSave, changed);
}

Swept sweep_cancelled(Connection& db, std::int64_t webhook, std::int64_t limit) {
  if (db.value(kCancelledThrough, webhook).value_or(0) == 0) return {};
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
  const auto cancelled = static_cast<std::int64_t>(entries.size());
  if (cancelled == limit) return {cancelled, false};
  db.run(kSwept, webhook);
  return {cancelled, true};
}

std::int64_t cancel_waiting(Connection& db, std::int64_t webhook, Time now) {
  db.run(kCancelWaiting, webhook, now);
  return sweep_cancelled(db, webhook, kSweptAtOnce).cancelled;
}

std::int64_t deactivate(Connection& db, std::int64_t webhook, std::string_view reason, Time now) {
  db.run(kDeactivate, webhook, reason, now);
  return cancel_waiting(db, webhook, now);
}

}  // namespace webhooks::store::sqlite
