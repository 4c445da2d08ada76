#include <algorithm>
#include <vector>

#include "common/domain/limits.h"
#include "common/store/sqlite/lane.h"
#include "common/store/sqlite/turn_steps.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kReleaseClaim =
    "DELETE FROM claim WHERE webhook = ? AND event = ? AND token = ?";

constexpr std::string_view kLogAttempt = R"sql(
  INSERT INTO attempt (event, webhook, number, started_at, duration_ms, status_code, error, response_excerpt,
                       "trigger")
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?))sql";

constexpr std::string_view kRetry = R"sql(
  UPDATE delivery SET attempts_made = ?3, due = ?4 WHERE webhook = ?1 AND event = ?2)sql";

constexpr std::string_view kFinishAttempted = R"sql(
  UPDATE delivery SET attempts_made = ?3, state = ?4, reason = ?5, due = NULL, finished_at = ?6
  WHERE webhook = ?1 AND event = ?2)sql";

constexpr std::string_view kLost = R"sql(
  SELECT webhook, event, started_at FROM claim WHERE lease_until <= ? LIMIT 500)sql";

constexpr std::string_view kDropClaim = "DELETE FROM claim WHERE webhook = ? AND event = ?";

constexpr std::string_view kLostDelivery = R"sql(
  SELECT sequence, subject, ordered, attempts_made, "trigger" FROM delivery WHERE webhook = ? AND event = ?)sql";

// It was in flight when the sweep of a deactivation passed over it.
constexpr std::string_view kSweepAgain = R"sql(
  UPDATE flow SET cancelled_through = last_sequence, cancelled_at = coalesce(cancelled_at, ?2)
  WHERE webhook = ?1 AND (SELECT status FROM webhook WHERE key = ?1) = 'inactive')sql";

constexpr std::string_view kWorkerLost = "worker_lost";

// What a settled attempt does to its delivery, once the webhook's own state has been looked at.
struct Decision {
  std::optional<DeliveryState> end;  // nullopt: it is tried again at `due`
  std::optional<std::string> reason;
  Time due;
};

Decision decide(Turn& turn, const Settlement& settlement, const Flow& flow) {
  if (std::holds_alternative<Delivered>(settlement.verdict))
    return {DeliveryState::delivered, {}, {}};
  if (const auto* const gave_up = std::get_if<GaveUp>(&settlement.verdict))
    return {DeliveryState::failed, gave_up->reason, {}};
  const Claim& claim = settlement.claim;
  if (!flow.active || claim.sequence <= flow.cancelled_through)
    return {DeliveryState::cancelled, std::string(kInactiveReason), {}};
  Time due = std::get<RetryAt>(settlement.verdict).due;
  if (claim.event.expires_at) {
    if (*claim.event.expires_at <= turn.request.now)
      return {DeliveryState::expired, "the event expired between two attempts", {}};
    due = std::min(due, *claim.event.expires_at);
  }
  if (claim.ordered && flow.order == DeliveryOrder::latest)
    if (const auto newer = newer_in_lane(turn.db, {flow.webhook, claim.key.event},
                                         claim.event.subject, claim.event.type))
      return {DeliveryState::superseded, "superseded by " + delivery_id(flow.id, *newer).value, {}};
  return {std::nullopt, {}, due};
}

void log_attempt(Connection& db, const Settlement& settlement) {
  const Claim& claim = settlement.claim;
  const Outcome& outcome = settlement.outcome;
  std::optional<std::string_view> error;
  if (outcome.error) error = to_string(*outcome.error);
  db.run(kLogAttempt, claim.key.event, claim.key.webhook, claim.attempt, settlement.started_at,
         std::max<std::int64_t>(outcome.duration.count(), 0), outcome.status_code, error,
         outcome.response_excerpt, to_string(claim.trigger));
}

// 410, or days of nothing but failures, turns the webhook inactive.
void judge_webhook(Turn& turn, const Settlement& settlement, Flow& flow) {
  flow.health = after_attempt(flow.health, settlement.outcome, settlement.ended_at);
  if (!flow.active) return;
  std::string reason;
  const auto* const gave_up = std::get_if<GaveUp>(&settlement.verdict);
  if (gave_up && gave_up->gone)
    reason = "the endpoint answered 410 Gone";
  else if (is_broken(flow.health, settlement.ended_at))
    reason = "every attempt has failed since " + format_rfc3339(*flow.health.failing_since);
  else
    return;
  deactivate(turn.db, flow.webhook, reason, turn.request.now);
  flow.active = false;
  flow.cancelled_through = flow.last_sequence;
  turn.result.deactivated.push_back({flow.id, reason});
}

void requeue(Turn& turn, const Claim& claim, const Flow& flow) {
  const ClaimKey& key = claim.key;
  const Time now = turn.request.now;
  if (!flow.active || claim.sequence <= flow.cancelled_through) {
    finish(turn.db, {key.webhook, key.event}, DeliveryState::cancelled, kInactiveReason, now);
  } else {
    turn.db.run(kRetry, key.webhook, key.event, claim.attempt - 1, now);
    if (!claim.ordered) enqueue(turn.db, {key.webhook, key.event}, claim.sequence, now);
  }
  if (claim.ordered) advance_lane(turn.db, key.webhook, claim.event.subject);
}

}  // namespace

void settle(Turn& turn) {
  for (const Settlement& settlement : turn.request.settled) {
    const ClaimKey& key = settlement.claim.key;
    Flow* const flow = turn.flows.find(key.webhook);
    if (!flow || turn.db.run(kReleaseClaim, key.webhook, key.event, key.token) == 0) {
      turn.result.lost.push_back(key);
      continue;
    }
    if (!settlement.attempted) {
      requeue(turn, settlement.claim, *flow);
      continue;
    }
    log_attempt(turn.db, settlement);
    judge_webhook(turn, settlement, *flow);
    const Decision decision = decide(turn, settlement, *flow);
    const std::int64_t attempt = settlement.claim.attempt;
    if (decision.end)
      turn.db.run(kFinishAttempted, key.webhook, key.event, attempt, to_string(*decision.end),
                  decision.reason, turn.request.now);
    else
      turn.db.run(kRetry, key.webhook, key.event, attempt, decision.due);
    if (settlement.claim.ordered)
      advance_lane(turn.db, key.webhook, settlement.claim.event.subject);
    else if (!decision.end)
      enqueue(turn.db, {key.webhook, key.event}, settlement.claim.sequence, decision.due);
  }
}

void give_back(Connection& db, const LostClaim& lost, Time now) {
  db.run(kDropClaim, lost.webhook, lost.event);
  std::int64_t sequence = 0;
  std::string subject;
  bool ordered = false;
  std::int64_t attempt = 0;
  {
    Rows row = db.query(kLostDelivery, lost.webhook, lost.event);
    if (!row.next()) return;
    sequence = row.integer(0);
    subject = row.text(1);
    ordered = row.integer(2) != 0;
    attempt = row.integer(3) + 1;
    db.run(kLogAttempt, lost.event, lost.webhook, attempt, lost.started_at,
           std::max<std::int64_t>((now - lost.started_at).count(), 0),
           std::optional<std::int64_t>(), kWorkerLost, "", row.view(4));
  }
  db.run(kRetry, lost.webhook, lost.event, attempt, now);
  db.run(kSweepAgain, lost.webhook, now);
  if (ordered)
    advance_lane(db, lost.webhook, subject);
  else
    enqueue(db, {lost.webhook, lost.event}, sequence, now);
}

void reclaim_lost(Turn& turn) {
  std::vector<LostClaim> claims;
  for (Rows rows = turn.db.query(kLost, turn.request.now); rows.next();)
    claims.push_back({rows.integer(0), rows.integer(1), rows.time(2)});
  for (const LostClaim& lost : claims) {
    give_back(turn.db, lost, turn.request.now);
    turn.flows.find(lost.webhook);
  }
  turn.result.reclaimed = static_cast<std::int64_t>(claims.size());
}

}  // namespace webhooks::store::sqlite
