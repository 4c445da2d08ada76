#include "common/store/sqlite/conclude.h"

#include <algorithm>

namespace webhooks::store::sqlite {
namespace {

// OR FAIL, here and in whatever else writes many rows at once: a failure undoes the whole turn, so
// that nobody needs the journal which SQLite would keep to undo the statement alone.
constexpr std::string_view kLogAttempts = R"sql(
  INSERT OR FAIL INTO attempt (event, webhook, number, started_at, duration_ms, status_code, error, response_excerpt,
                       "trigger")
  SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8 FROM batch(?))sql";

constexpr std::string_view kConclude = R"sql(
  UPDATE OR FAIL delivery SET attempts_made = b.c2, state = b.c3, reason = b.c4, due = b.c5, finished_at = b.c6
  FROM batch(?) b WHERE delivery.event = b.c0 AND delivery.webhook = b.c1)sql";

}  // namespace

Decision decide(Connection& db, const Unclaimed& one, const Verdict& verdict, const Flow& flow,
                Time now) {
  if (std::holds_alternative<Delivered>(verdict)) return {DeliveryState::delivered, {}, {}};
  if (const auto* const gave_up = std::get_if<GaveUp>(&verdict))
    return {DeliveryState::failed, gave_up->reason, {}};
  if (!flow.active || one.sequence <= flow.cancelled_through)
    return {DeliveryState::cancelled, std::string(kInactiveReason), {}};
  Time due = std::get<RetryAt>(verdict).due;
  if (one.expires_at) {
    if (*one.expires_at <= now) return {DeliveryState::expired, std::string(kExpiredReason), {}};
    due = std::min(due, *one.expires_at);
  }
  if (one.ordered && flow.order == DeliveryOrder::latest)
    if (const auto newer = newer_in_lane(db, one.key, one.subject, one.type))
      return {DeliveryState::superseded, "superseded by " + delivery_id(flow.id, *newer).value, {}};
  return {std::nullopt, {}, due};
}

void Conclusions::log(const DeliveryKey& key, const Made& attempt) {
  attempts_.add(key.event, key.webhook, attempt.number, attempt.started_at,
                std::max<std::int64_t>(attempt.duration.count(), 0), attempt.status_code,
                attempt.error, attempt.excerpt, to_string(attempt.trigger));
}

void Conclusions::add(const Unclaimed& one, Decision decision, const Flow& flow, Time now) {
  std::optional<std::string_view> reason;
  if (!decision.reason.empty()) reason = reasons_.emplace_back(std::move(decision.reason));
  std::optional<Time> due;
  std::optional<Time> finished_at;
  (decision.end ? finished_at : due) = decision.end ? now : decision.due;
  deliveries_.add(one.key.event, one.key.webhook, one.attempts_made,
                  to_string(decision.end.value_or(DeliveryState::pending)), reason, due,
                  finished_at);
  if (decision.end == DeliveryState::delivered && one.ordered &&
      flow.order == DeliveryOrder::latest)
    latest_.add(one.key.webhook, one.subject, to_string(one.type), one.key.event);
  if (one.ordered)
    lanes_.add(one.key.webhook, one.subject);
  else if (!decision.end)
    queued_.add(one.key.webhook, decision.due, one.sequence, one.key.event);
}

void Conclusions::write() {
  db_.run_for(kLogAttempts, attempts_);
  db_.run_for(kConclude, deliveries_);
  note_delivered(db_, latest_);
  enqueue_all(db_, queued_);
  advance_lanes(db_, lanes_);
  for (Batch* const batch : {&attempts_, &deliveries_, &latest_, &queued_, &lanes_}) batch->clear();
  reasons_.clear();
}

}  // namespace webhooks::store::sqlite
