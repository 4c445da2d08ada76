#include <algorithm>
#include <cmath>
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
  SELECT d.sequence, d.subject, d.ordered, d.attempts_made, d."trigger", o.type, o.expires_at,
         (SELECT count(*) FROM attempt a WHERE a.event = d.event AND a.webhook = d.webhook
            AND a.number > d.round_start AND a.error = 'worker_lost')
  FROM delivery d JOIN outbox o ON o.position = d.event WHERE d.webhook = ? AND d.event = ?)sql";

constexpr std::string_view kWorkerLost = "worker_lost";

// A delivery whose claim has just gone.
struct Unclaimed {
  DeliveryKey key;
  std::int64_t sequence = 0;
  std::string_view subject;
  EventType type{};
  bool ordered = true;
  std::optional<Time> expires_at;
  std::int64_t attempts_made = 0;  // by now
};

// What becomes of it, once the webhook's own state has been looked at.
struct Decision {
  std::optional<DeliveryState> end;  // nullopt: it is tried again at `due`
  std::optional<std::string> reason;
  Time due;
};

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

void carry_out(Connection& db, const Unclaimed& one, const Decision& decision, const Flow& flow,
               Time now) {
  const DeliveryKey& key = one.key;
  if (decision.end)
    db.run(kFinishAttempted, key.webhook, key.event, one.attempts_made, to_string(*decision.end),
           decision.reason, now);
  else
    db.run(kRetry, key.webhook, key.event, one.attempts_made, decision.due);
  if (decision.end == DeliveryState::delivered && one.ordered &&
      flow.order == DeliveryOrder::latest)
    note_delivered(db, key, one.subject, one.type);
  if (one.ordered)
    advance_lane(db, key.webhook, one.subject);
  else if (!decision.end)
    enqueue(db, key, one.sequence, decision.due);
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

// Lost ones of the same moment come back at different times, so that those which had nothing to do
// with it are not lost together again. Any spread will do; a sequence has one at hand.
double spread_of(std::int64_t sequence) {
  return std::fmod(static_cast<double>(sequence) * 0.6180339887, 1.0);
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
    const Claim& claim = settlement.claim;
    Unclaimed one{{key.webhook, key.event},
                  claim.sequence,
                  claim.event.subject,
                  claim.event.type,
                  claim.ordered,
                  claim.event.expires_at,
                  claim.attempt};
    Verdict verdict = settlement.verdict;
    if (settlement.attempted) {
      log_attempt(turn.db, settlement);
      judge_webhook(turn, settlement, *flow);
    } else {
      --one.attempts_made;
      verdict = RetryAt{turn.request.now};
    }
    const Decision decision = decide(turn.db, one, verdict, *flow, turn.request.now);
    turn.result.expired += decision.end == DeliveryState::expired ? 1 : 0;
    carry_out(turn.db, one, decision, *flow, turn.request.now);
  }
}

void give_back(Connection& db, FlowBook& flows, const LostClaim& lost, Time now) {
  db.run(kDropClaim, lost.webhook, lost.event);
  const Flow* const flow = flows.find(lost.webhook);
  if (!flow) return;
  std::string subject;
  Unclaimed one;
  std::int64_t losses = 1;
  {
    Rows row = db.query(kLostDelivery, lost.webhook, lost.event);
    if (!row.next()) return;
    subject = row.text(1);
    one = {{lost.webhook, lost.event},
           row.integer(0),
           subject,
           event_type_from(row.view(5)).value(),
           row.integer(2) != 0,
           row.maybe_time(6),
           row.integer(3) + 1};
    losses += row.integer(7);
    db.run(kLogAttempt, lost.event, lost.webhook, one.attempts_made, lost.started_at,
           std::max<std::int64_t>((now - lost.started_at).count(), 0),
           std::optional<std::int64_t>(), kWorkerLost, "", row.view(4));
  }
  const Verdict verdict = judge_lost(losses, now, spread_of(one.sequence));
  carry_out(db, one, decide(db, one, verdict, *flow, now), *flow, now);
}

void reclaim_lost(Turn& turn) {
  std::vector<LostClaim> claims;
  for (Rows rows = turn.db.query(kLost, turn.request.now); rows.next();)
    claims.push_back({rows.integer(0), rows.integer(1), rows.time(2)});
  for (const LostClaim& lost : claims) give_back(turn.db, turn.flows, lost, turn.request.now);
  turn.result.reclaimed = static_cast<std::int64_t>(claims.size());
}

}  // namespace webhooks::store::sqlite
