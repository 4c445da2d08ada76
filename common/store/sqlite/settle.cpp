#include <vector>

#include "common/store/sqlite/conclude.h"
#include "common/store/sqlite/turn_steps.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kHeld = R"sql(
  SELECT b.rowid FROM batch(?) b CROSS JOIN claim c ON c.webhook = b.c0 AND c.event = b.c1 AND c.token = b.c2)sql";

constexpr std::string_view kRelease =
    "DELETE FROM claim WHERE (webhook, event) IN (SELECT c0, c1 FROM batch(?))";

using Settlements = std::vector<const Settlement*>;

// What came of some settlements, besides what was written.
struct Settled {
  std::vector<ClaimKey> lost;
  std::vector<Deactivated> deactivated;
  Ended ended;
};

// Takes the claims away. Returns those settlements that still held one; the others are lost.
Settlements release(Turn& turn, const Settlements& settlements, Settled& settled) {
  Settlements known;
  Batch claims;
  for (const Settlement* const one : settlements) {
    const ClaimKey& key = one->claim.key;
    if (!turn.flows.find(key.webhook)) continue;  // deleted meanwhile, which loses nobody a lease
    known.push_back(one);
    claims.add(key.webhook, key.event, key.token);
  }
  std::vector<bool> is_held(known.size());
  if (!claims.empty())
    for (Rows rows = turn.db.query(kHeld, claims); rows.next();)
      is_held[static_cast<std::size_t>(rows.integer(0)) - 1] = true;
  Settlements held;
  claims.clear();
  for (std::size_t i = 0; i < known.size(); ++i) {
    const ClaimKey& key = known[i]->claim.key;
    if (!is_held[i]) {
      settled.lost.push_back(key);
      continue;
    }
    held.push_back(known[i]);
    claims.add(key.webhook, key.event);
  }
  turn.db.run_for(kRelease, claims);
  return held;
}

bool is_elsewhere(const Settlement& settlement, const Flow& flow) {
  return settlement.claim.url != flow.url;
}

// 410, or days of nothing but failures, turns the webhook inactive. Returns why, if it does. What
// the endpoint did that it pointed to before says nothing about the one that it points to now.
std::optional<std::string> judge_webhook(const Settlement& settlement, Flow& flow,
                                         Millis disable_after) {
  if (is_elsewhere(settlement, flow)) return std::nullopt;
  flow.health = after_attempt(flow.health, settlement.outcome, settlement.ended_at);
  if (!flow.active) return std::nullopt;
  const auto* const gave_up = std::get_if<GaveUp>(&settlement.verdict);
  if (gave_up && gave_up->gone) return "the endpoint answered 410 Gone";
  if (is_broken(flow.health, settlement.ended_at, disable_after))
    return "every attempt has failed since " + format_rfc3339(*flow.health.failing_since);
  return std::nullopt;
}

// Nor is a delivery over because its webhook's old endpoint has gone.
Verdict verdict_of(const Settlement& settlement, const Flow& flow) {
  const auto* const gave_up = std::get_if<GaveUp>(&settlement.verdict);
  if (gave_up && gave_up->gone && is_elsewhere(settlement, flow))
    return RetryAt{settlement.ended_at};
  return settlement.verdict;
}

Conclusions::Made made_of(const Settlement& settlement) {
  const Outcome& outcome = settlement.outcome;
  Conclusions::Made made{
      settlement.claim.attempt, settlement.started_at,   outcome.duration, outcome.status_code, {},
      outcome.response_excerpt, settlement.claim.trigger};
  if (outcome.error) made.error = to_string(*outcome.error);
  return made;
}

Settled settle_together(Turn& turn, const Settlements& settlements) {
  const Time now = turn.request.now;
  Settled settled;
  struct Ending {
    std::int64_t webhook;
    std::string reason;
  };
  std::vector<Ending> endings;
  Conclusions conclusions(turn.db);
  for (const Settlement* const settlement : release(turn, settlements, settled)) {
    const Claim& claim = settlement->claim;
    const DeliveryKey key{claim.key.webhook, claim.key.event};
    Flow& flow = *turn.flows.find(key.webhook);
    Unclaimed one{key,           claim.sequence,         claim.event.subject, claim.event.type,
                  claim.ordered, claim.event.expires_at, claim.attempt};
    Verdict verdict = verdict_of(*settlement, flow);
    if (settlement->attempted) {
      conclusions.log(key, made_of(*settlement));
      if (auto reason = judge_webhook(*settlement, flow, turn.request.disable_after)) {
        flow.active = false;
        flow.cancelled_through = flow.last_sequence;
        settled.deactivated.push_back({flow.id, *reason});
        endings.push_back({flow.webhook, std::move(*reason)});
      }
    } else {
      --one.attempts_made;
      verdict = RetryAt{claim.due};  // to where it stood
    }
    Decision decision = decide(turn.db, one, verdict, flow, now);
    settled.ended.count(decision.end);
    conclusions.add(one, std::move(decision), flow, now);
  }
  conclusions.write();
  // Only now: it cancels what stands as waiting, these included.
  for (const Ending& ending : endings)
    settled.ended.cancelled += deactivate(turn.db, ending.webhook, ending.reason, now);
  return settled;
}

void report(Turn& turn, Settled settled) {
  TurnResult& result = turn.result;
  result.lost.insert(result.lost.end(), settled.lost.begin(), settled.lost.end());
  for (Deactivated& one : settled.deactivated) result.deactivated.push_back(std::move(one));
  result.ended += settled.ended;
}

// Each under a savepoint of its own, so that one which the schema refuses does not keep the others
// from being settled, turn after turn.
void settle_one_by_one(Turn& turn) {
  for (const Settlement& settlement : turn.request.settled) {
    try {
      Transaction alone(turn.db);
      Settled settled = settle_together(turn, {&settlement});
      turn.flows.save();
      alone.commit();
      report(turn, std::move(settled));
    } catch (const ConstraintError& error) {
      turn.flows.forget();
      const Claim& claim = settlement.claim;
      give_up_on(turn, {claim.key.webhook, claim.key.event}, unrecorded(error));
      turn.flows.save();  // another's failure forgets what has not been saved
    }
  }
}

}  // namespace

void settle(Turn& turn) {
  if (turn.request.settled.empty()) return;
  if (turn.one_by_one) return settle_one_by_one(turn);
  Settlements all;
  std::vector<std::int64_t> webhooks;
  for (const Settlement& one : turn.request.settled) {
    all.push_back(&one);
    webhooks.push_back(one.claim.key.webhook);
  }
  turn.flows.load(webhooks);
  report(turn, settle_together(turn, all));
}

}  // namespace webhooks::store::sqlite
