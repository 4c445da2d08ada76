#include <cmath>
#include <vector>

#include "common/store/sqlite/conclude.h"
#include "common/store/sqlite/turn_steps.h"

// Claims whose workers have gone.
namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kLost = R"sql(
  SELECT webhook, event, started_at, worker FROM claim WHERE lease_until <= ?)sql";

constexpr std::string_view kClaimsOf =
    "SELECT webhook, event, started_at FROM claim WHERE worker = ?";

constexpr std::string_view kDropClaim = "DELETE FROM claim WHERE webhook = ? AND event = ?";

constexpr std::string_view kLostDelivery = R"sql(
  SELECT d.sequence, d.subject, d.ordered, d.attempts_made, d."trigger", o.type, o.expires_at,
         (SELECT count(*) FROM attempt a WHERE a.event = d.event AND a.webhook = d.webhook
            AND a.number > d.round_start AND a.error = 'worker_lost')
  FROM delivery d JOIN outbox o ON o.position = d.event WHERE d.webhook = ? AND d.event = ?)sql";

constexpr std::string_view kSubject =
    "SELECT subject FROM delivery WHERE webhook = ? AND event = ? AND ordered = 1";

constexpr std::string_view kWorkerLost = "worker_lost";

constexpr std::size_t kReclaimedAtOnce = 500;

// Lost ones of the same moment come back at different times, so that those which had nothing to do
// with it are not lost together again. Any spread will do; a sequence has one at hand.
double spread_of(std::int64_t sequence) {
  return std::fmod(static_cast<double>(sequence) * 0.6180339887, 1.0);
}

}  // namespace

std::optional<DeliveryState> give_back(Connection& db, FlowBook& flows, const LostClaim& lost,
                                       Time now) {
  const DeliveryKey key{lost.webhook, lost.event};
  db.run(kDropClaim, key.webhook, key.event);
  const Flow* const flow = flows.find(key.webhook);
  if (!flow) return std::nullopt;
  Conclusions conclusions(db);
  std::string subject;
  Unclaimed one;
  std::int64_t losses = 1;
  {
    Rows row = db.query(kLostDelivery, key.webhook, key.event);
    if (!row.next()) return std::nullopt;
    subject = row.text(1);
    one = {key,
           row.integer(0),
           subject,
           stored_event_type(row.view(5)),
           row.integer(2) != 0,
           row.maybe_time(6),
           row.integer(3) + 1};
    losses += row.integer(7);
    Conclusions::Made made;
    made.number = one.attempts_made;
    made.started_at = lost.started_at;
    made.duration = now - lost.started_at;
    made.error = kWorkerLost;
    made.trigger = stored_trigger(row.view(4));
    conclusions.log(key, made);
  }
  const Verdict verdict = judge_lost(losses, now, spread_of(one.sequence));
  Decision decision = decide(db, one, verdict, *flow, now);
  const auto end = decision.end;
  conclusions.add(one, std::move(decision), *flow, now);
  conclusions.write();
  return end;
}

void give_up_on(Turn& turn, const DeliveryKey& key, std::string_view why) {
  turn.db.run(kDropClaim, key.webhook, key.event);
  std::optional<std::string> lane;
  if (Rows row = turn.db.query(kSubject, key.webhook, key.event); row.next()) lane = row.text(0);
  finish(turn.db, key, DeliveryState::failed, why, turn.request.now);
  if (lane) advance_lane(turn.db, key.webhook, *lane);
  turn.flows.find(key.webhook);  // whose next turn that may have changed
  turn.result.unrecorded.push_back({{key.webhook, key.event, 0}, std::string(why)});
}

namespace {

// Under a savepoint of its own, so that a refused one takes no other with it.
std::optional<DeliveryState> give_back_alone(Connection& db, FlowBook& flows, const LostClaim& lost,
                                             Time now) {
  Transaction alone(db);
  const auto end = give_back(db, flows, lost, now);
  flows.save();
  alone.commit();
  return end;
}

}  // namespace

void reclaim_lost(Turn& turn) {
  const TurnRequest& request = turn.request;
  std::vector<LostClaim> claims;
  for (Rows rows = turn.db.query(kLost, request.now);
       claims.size() < kReclaimedAtOnce && rows.next();) {
    // After a leap of the clock: what this worker has in hand is not lost.
    if (rows.view(3) == request.worker && request.holds(rows.integer(0), rows.integer(1))) continue;
    claims.push_back({rows.integer(0), rows.integer(1), rows.time(2)});
  }
  turn.result.reclaimed = static_cast<std::int64_t>(claims.size());
  turn.result.more |= claims.size() == kReclaimedAtOnce;
  for (const LostClaim& lost : claims) {
    if (!turn.one_by_one) {
      turn.result.ended.count(give_back(turn.db, turn.flows, lost, turn.request.now));
      continue;
    }
    try {
      turn.result.ended.count(give_back_alone(turn.db, turn.flows, lost, turn.request.now));
    } catch (const ConstraintError& error) {
      give_up_on(turn, {lost.webhook, lost.event}, unrecorded(error));
      turn.flows.save();  // another's failure forgets what has not been saved
    }
  }
}

// One that the schema refuses to give back is left to the turn that finds its lease ended.
std::int64_t release_claims(Connection& db, const std::string& worker, Time now) {
  Transaction transaction(db);
  std::vector<LostClaim> claims;
  for (Rows rows = db.query(kClaimsOf, worker); rows.next();)
    claims.push_back({rows.integer(0), rows.integer(1), rows.time(2)});
  FlowBook flows(db, now);
  std::int64_t given_back = 0;
  for (const LostClaim& lost : claims) {
    try {
      give_back_alone(db, flows, lost, now);
      ++given_back;
    } catch (const ConstraintError&) {
    }
  }
  transaction.commit();
  return given_back;
}

}  // namespace webhooks::store::sqlite
