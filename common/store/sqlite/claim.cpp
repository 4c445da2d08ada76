#include <algorithm>
#include <random>
#include <vector>

#include "common/store/sqlite/lane.h"
#include "common/store/sqlite/turn_steps.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kReady = R"sql(
  SELECT webhook, failures, failing_since, hold_until, proven, ready_at FROM flow
  WHERE proven = ? AND ready_at <= ? ORDER BY ready_at)sql";

constexpr std::string_view kTake = R"sql(
  SELECT due, sequence, event FROM queue WHERE webhook = ? AND due <= ? ORDER BY due, sequence LIMIT ?)sql";

constexpr std::string_view kTaken =
    "DELETE FROM queue WHERE webhook = ? AND (due, sequence) <= (?, ?)";

constexpr std::string_view kLoad = R"sql(
  SELECT o.id, o.type, o.contract_id, d.subject, o.occurred_at, o.expires_at, o.data, d.sequence, d.ordered,
         d.attempts_made, d.round_start, d."trigger"
  FROM delivery d JOIN outbox o ON o.position = d.event
  WHERE d.webhook = ? AND d.event = ? AND d.state = 'pending')sql";

constexpr std::string_view kSecrets = R"sql(
  SELECT secret FROM signing_secret WHERE webhook = ? AND (expires_at IS NULL OR expires_at > ?)
  ORDER BY serial DESC)sql";

constexpr std::string_view kClaim = R"sql(
  INSERT INTO claim (webhook, event, worker, token, started_at, lease_until) VALUES (?, ?, ?, ?, ?, ?))sql";

std::int64_t new_token() {
  // Unique enough to tell one holder of a lease from the next; it is no secret.
  thread_local std::mt19937_64 random{std::random_device{}()};
  return static_cast<std::int64_t>(random() >> 1);
}

struct Candidate {
  std::int64_t webhook = 0;
  int room = 0;
  bool proven = false;
  Time ready_at;
};

// The webhooks whose turn it is, first come first served. It passes over those without room; there
// are at most as many as this worker has busy senders.
std::vector<Candidate> ready_webhooks(Turn& turn, bool proven, int capacity) {
  std::vector<Candidate> candidates;
  Rows rows = turn.db.query(kReady, proven, turn.request.now);
  while (static_cast<int>(candidates.size()) < capacity && rows.next()) {
    const Health health{rows.integer(1), rows.maybe_time(2), rows.maybe_time(3),
                        rows.integer(4) != 0};
    if (const int room = turn.request.room(rows.integer(0), health); room > 0)
      candidates.push_back({rows.integer(0), room, proven, rows.time(5)});
  }
  return candidates;
}

std::optional<Claim> load(Turn& turn, const Flow& flow, std::int64_t event) {
  Rows row = turn.db.query(kLoad, flow.webhook, event);
  if (!row.next()) return std::nullopt;
  Claim claim;
  claim.key = {flow.webhook, event, new_token()};
  claim.event = {{row.text(0)}, event_type_from(row.view(1)).value(),
                 {row.text(2)}, row.text(3),
                 row.time(4),   row.maybe_time(5),
                 row.text(6)};
  claim.webhook = flow.id;
  claim.url = flow.url;
  claim.proven = flow.health.proven;
  claim.sequence = row.integer(7);
  claim.ordered = row.integer(8) != 0;
  claim.attempt = row.integer(9) + 1;
  claim.round_attempt = claim.attempt - row.integer(10);
  claim.trigger = trigger_from(row.view(11)).value();
  return claim;
}

// Ends what must not be sent any more; true when it did.
bool end_instead(Turn& turn, const Flow& flow, const Claim& claim) {
  const DeliveryKey key{claim.key.webhook, claim.key.event};
  const Time now = turn.request.now;
  if (claim.sequence <= flow.cancelled_through) {
    finish(turn.db, key, DeliveryState::cancelled, kInactiveReason, now);
  } else if (claim.event.expires_at && *claim.event.expires_at <= now) {
    finish(turn.db, key, DeliveryState::expired, kExpiredReason, now);
    ++turn.result.expired;
  } else {
    return false;
  }
  if (claim.ordered) advance_lane(turn.db, key.webhook, claim.event.subject);
  return true;
}

int claim_from(Turn& turn, Flow& flow, int quota) {
  const Time now = turn.request.now;
  std::vector<std::int64_t> events;
  std::int64_t last_due = 0;
  std::int64_t last_sequence = 0;
  for (Rows rows = turn.db.query(kTake, flow.webhook, now, quota); rows.next();) {
    last_due = rows.integer(0);
    last_sequence = rows.integer(1);
    events.push_back(rows.integer(2));
  }
  flow.served_at = now;
  if (events.empty()) return 0;
  turn.db.run(kTaken, flow.webhook, last_due, last_sequence);

  std::vector<std::string> secrets;
  for (Rows rows = turn.db.query(kSecrets, flow.webhook, now); rows.next();)
    secrets.push_back(rows.text(0));

  const Time lease_until = now + turn.request.lease;
  int claimed = 0;
  for (const std::int64_t event : events) {
    std::optional<Claim> loaded = load(turn, flow, event);
    if (!loaded || end_instead(turn, flow, *loaded)) continue;
    Claim& claim = *loaded;
    turn.db.run(kClaim, flow.webhook, event, turn.request.worker, claim.key.token, now,
                lease_until);
    claim.secrets = secrets;
    claim.lease_until = lease_until;
    turn.result.claims.push_back(std::move(claim));
    ++claimed;
  }
  return claimed;
}

}  // namespace

void claim(Turn& turn) {
  const int capacity = turn.request.capacity;
  int cautious = std::min(turn.request.cautious_capacity, capacity);
  if (capacity <= 0) return;
  // Proven or not, whose turn came first is served first; the cap alone keeps the others from
  // taking all.
  std::vector<Candidate> candidates = ready_webhooks(turn, true, capacity);
  const std::vector<Candidate> unproven = ready_webhooks(turn, false, cautious);
  candidates.insert(candidates.end(), unproven.begin(), unproven.end());
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.ready_at < b.ready_at; });
  if (candidates.empty()) return;
  const int share = std::max(1, capacity / static_cast<int>(candidates.size()));
  int claimed = 0;
  for (const Candidate& candidate : candidates) {
    const int left = candidate.proven ? capacity - claimed : std::min(cautious, capacity - claimed);
    if (left <= 0) continue;
    Flow* const flow = turn.flows.find(candidate.webhook);
    if (!flow) continue;
    const int taken = claim_from(turn, *flow, std::min({share, candidate.room, left}));
    claimed += taken;
    if (!candidate.proven) cautious -= taken;
  }
  // Somebody may have left his share to others, or had only what must not be sent any more: the
  // turn that follows at once serves whoever has room still.
  turn.result.more |= claimed < capacity;
}

}  // namespace webhooks::store::sqlite
