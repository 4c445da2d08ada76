#include <algorithm>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "common/store/sqlite/candidates.h"
#include "common/store/sqlite/lane.h"
#include "common/store/sqlite/turn_steps.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kTake = R"sql(
  SELECT q.due, q.sequence, q.event, o.id, o.type, o.contract_id, d.subject, o.occurred_at, o.expires_at, o.data,
         d.ordered, d.attempts_made, d.round_start, d."trigger", o.received_at, substr(o.request_id, 1, 128),
         substr(o.traceparent, 1, 256)
  FROM queue q LEFT JOIN delivery d ON d.event = q.event AND d.webhook = q.webhook AND d.state = 'pending'
       LEFT JOIN outbox o ON o.position = d.event
  WHERE q.webhook = ? AND q.due <= ? ORDER BY q.due, q.sequence LIMIT ?)sql";

constexpr std::string_view kTaken = R"sql(
  DELETE FROM queue WHERE webhook = ?1 AND (due, sequence) <= (?2, ?3))sql";

constexpr std::string_view kSecrets = R"sql(
  SELECT s.webhook, s.serial, s.secret, s.key_id FROM batch(?1) b CROSS JOIN signing_secret s ON s.webhook = b.c0
  WHERE s.expires_at IS NULL OR s.expires_at > ?2)sql";

constexpr std::string_view kClaim = R"sql(
  INSERT OR FAIL INTO claim (webhook, event, worker, token, started_at, lease_until)
  SELECT c0, c1, c2, c3, c4, c5 FROM batch(?))sql";

constexpr std::string_view kIsClaimed = "SELECT 1 FROM claim WHERE webhook = ? AND event = ?";

std::int64_t new_token() {
  // Unique enough to tell one holder of a lease from the next; it is no secret.
  thread_local std::mt19937_64 random{std::random_device{}()};
  return static_cast<std::int64_t>(random() >> 1);
}

// Of a webhook that has many so many at once at least, so that they share what it costs to serve
// one.
constexpr int kWorthServing = 8;
constexpr std::size_t kLoadedAtOnce = 32;

// Those of the first candidates; the others may not be served in this turn.
void load_flows(Turn& turn, std::span<const Candidate> candidates) {
  std::vector<std::int64_t> webhooks;
  for (const Candidate& candidate : candidates.first(std::min(candidates.size(), kLoadedAtOnce)))
    webhooks.push_back(candidate.webhook);
  turn.flows.load(webhooks);
}

Claim read_claim(const Rows& row, const Flow& flow) {
  Claim claim;
  claim.key = {flow.webhook, row.integer(2), new_token()};
  claim.event = {{row.text(3)}, stored_event_type(row.view(4)),
                 {row.text(5)}, row.text(6),
                 row.time(7),   row.maybe_time(8),
                 row.text(9),   {row.text(15), row.text(16)}};
  claim.webhook = flow.id;
  claim.partner = flow.partner;
  claim.url = flow.url;
  claim.health = flow.health;
  claim.sequence = row.integer(1);
  claim.ordered = row.integer(10) != 0;
  claim.attempt = row.integer(11) + 1;
  claim.round_attempt = claim.attempt - row.integer(12);
  claim.trigger = stored_trigger(row.view(13));
  claim.due = row.time(0);
  claim.received_at = row.time(14);
  return claim;
}

// Ends what must not be sent any more; true when it did.
bool end_instead(Turn& turn, const Flow& flow, const Claim& claim) {
  const DeliveryKey key{claim.key.webhook, claim.key.event};
  const Time now = turn.request.now;
  if (claim.sequence <= flow.cancelled_through) {
    finish(turn.db, key, DeliveryState::cancelled, kInactiveReason, now);
    ++turn.result.ended.cancelled;
  } else if (claim.event.expires_at && *claim.event.expires_at <= now) {
    finish(turn.db, key, DeliveryState::expired, kExpiredReason, now);
    ++turn.result.ended.expired;
  } else {
    return false;
  }
  if (claim.ordered) advance_lane(turn.db, key.webhook, claim.event.subject);
  return true;
}

struct Taken {
  bool any = false;  // something stood there
  int claimed = 0;
};

// Takes what is due of one webhook.
Taken take_from(Turn& turn, Flow& flow, int quota, std::int64_t& bytes_left) {
  std::vector<Claim> claims;
  std::vector<std::pair<DeliveryKey, std::string>> damaged;
  std::optional<std::pair<Time, std::int64_t>> last;
  for (Rows rows = turn.db.query(kTake, flow.webhook, turn.request.now, quota); rows.next();) {
    last = {rows.time(0), rows.integer(1)};
    if (rows.is_null(3)) continue;
    try {
      claims.push_back(read_claim(rows, flow));
    } catch (const ConstraintError& error) {
      damaged.emplace_back(DeliveryKey{flow.webhook, rows.integer(2)}, error.what());
      continue;
    }
    bytes_left -= static_cast<std::int64_t>(claims.back().event.data.size());
    if (bytes_left <= 0) break;
  }
  if (last) turn.db.run(kTaken, flow.webhook, last->first, last->second);
  flow.served_at = turn.request.now;
  for (const auto& [key, why] : damaged) give_up_on(turn, key, "it could not be attempted: " + why);
  Taken taken{last.has_value()};
  for (Claim& claim : claims) {
    if (end_instead(turn, flow, claim)) continue;
    claim.lease_until = turn.request.now + turn.request.lease;
    turn.result.claims.push_back(std::move(claim));
    ++taken.claimed;
  }
  return taken;
}

// Hands each claim its webhook's secrets, the current one first.
void add_secrets(Turn& turn, const Batch& webhooks) {
  std::unordered_map<std::int64_t, std::map<std::int64_t, std::string, std::greater<>>> secrets;
  std::unordered_map<std::int64_t, const WebhookId*> ids;
  for (const Claim& claim : turn.result.claims) ids.emplace(claim.key.webhook, &claim.webhook);
  for (Rows rows = turn.db.query(kSecrets, webhooks, turn.request.now); rows.next();)
    // One that does not open is left out: it must not hold up the other webhooks of this turn.
    if (auto secret = turn.db.vault().open(*ids.at(rows.integer(0)),
                                           {rows.text(2), rows.maybe_text(3).value_or("")}))
      secrets[rows.integer(0)].emplace(rows.integer(1), std::move(*secret));
  for (Claim& claim : turn.result.claims)
    for (const auto& [serial, secret] : secrets[claim.key.webhook]) claim.secrets.push_back(secret);
}

// What stood in the queue although somebody sends it already is his; what stood there twice is sent
// once.
void drop_claimed(Turn& turn) {
  std::set<std::pair<std::int64_t, std::int64_t>> seen;
  std::erase_if(turn.result.claims, [&](const Claim& claim) {
    return !seen.emplace(claim.key.webhook, claim.key.event).second ||
           turn.db.value(kIsClaimed, claim.key.webhook, claim.key.event).has_value();
  });
}

void write_claims(Turn& turn) {
  Batch claims;
  if (turn.one_by_one) drop_claimed(turn);
  for (const Claim& claim : turn.result.claims)
    claims.add(claim.key.webhook, claim.key.event, std::string_view(turn.request.worker),
               claim.key.token, turn.request.now, claim.lease_until);
  turn.db.run_for(kClaim, claims);
}

// What each partner holds, and what it has got in this turn. Of proven webhooks nobody asks.
using HeldByPartner = std::unordered_map<std::int64_t, Held>;

Held& held_of(const Turn& turn, const Candidate& candidate, HeldByPartner& held) {
  const auto [partner, is_new] = held.try_emplace(candidate.partner);
  if (is_new) partner->second = turn.request.held(candidate.partner);
  return partner->second;
}

}  // namespace

void claim(Turn& turn) {
  Capacity left = turn.request.capacity;
  if (left.all <= 0 || left.bytes <= 0) return;
  const Candidates candidates = whose_turn(turn);
  if (candidates.empty()) return;
  bool any_taken = false;
  Batch served;
  HeldByPartner held;
  // While they are few one share stays free, so that nobody who comes later finds everything taken;
  // of many the first to have come are served. Unproven webhooks, with hardly a claim each, do not
  // make the others' shares smaller, and leave them half of the bytes.
  const auto shares = 1 + static_cast<int>(std::count_if(
                              candidates.begin(), candidates.end(), [](const Candidate& candidate) {
                                return candidate.standing == Standing::proven;
                              }));
  const int share = std::max({1, left.all / shares, std::min(kWorthServing, left.all / 4)});
  const std::int64_t share_of_bytes = left.bytes / shares;
  for (std::size_t i = 0; i < candidates.size() && left.all > 0 && left.bytes > 0; ++i) {
    if (i % kLoadedAtOnce == 0) load_flows(turn, std::span(candidates).subspan(i));
    const Candidate& candidate = candidates[i];
    if (candidate.standing != Standing::proven && left.bytes <= turn.request.capacity.bytes / 2)
      continue;
    Held none;
    Held& of_partner =
        candidate.standing == Standing::proven ? none : held_of(turn, candidate, held);
    const int quota =
        std::min({share, candidate.room, left_to(candidate.standing, left, of_partner)});
    if (quota <= 0) continue;
    Flow* const flow = turn.flows.find(candidate.webhook);
    if (!flow) continue;
    std::int64_t bytes = share_of_bytes;
    const auto [taken, begun] = take_from(turn, *flow, quota, bytes);
    any_taken |= taken;
    left.bytes -= share_of_bytes - bytes;
    if (begun > 0) served.add(candidate.webhook);
    left.all -= begun;
    if (candidate.standing == Standing::proven) continue;
    left.unproven -= begun;
    of_partner.unproven += begun;
    if (candidate.standing == Standing::unproven) continue;
    left.probed -= begun;
    of_partner.probed += begun;
  }
  if (!served.empty()) add_secrets(turn, served);
  write_claims(turn);
  // Somebody may have left his share to others, or had only what must not be sent any more: the
  // turn that follows at once serves whoever has room still.
  turn.result.more |= left.all > 0 && any_taken;
}

}  // namespace webhooks::store::sqlite
