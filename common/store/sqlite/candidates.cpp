#include "common/store/sqlite/candidates.h"

#include <algorithm>

namespace webhooks::store::sqlite {
namespace {

// `proven` as a literal, here and in turn_store.cpp: with a parameter that the condition of a
// partial index could mean, SQLite prepares a statement anew for each value (16 µs a turn each).
#define WEBHOOKS_STANDING \
  "SELECT webhook, failures, failing_since, hold_until, proven, ready_at, partner FROM flow"
constexpr std::string_view kProvenReady = WEBHOOKS_STANDING
    " INDEXED BY flow_ready WHERE proven = 1 AND (failures >= 5) = 0 AND ready_at <= ? ORDER BY "
    "ready_at";
constexpr std::string_view kUnprovenReady = WEBHOOKS_STANDING
    " INDEXED BY flow_ready WHERE proven = 0 AND (failures >= 5) = ? AND ready_at <= ? ORDER BY "
    "ready_at";
static_assert(kProbeAfter == 5);  // here, in contract_store.cpp, next_due() and indexes of flow

// Partners that have queued deliveries for webhooks which are not proven, behind ?2: one step
// through the index each.
constexpr std::string_view kPartners = R"sql(
  WITH RECURSIVE c (id) AS (
    SELECT (SELECT partner FROM flow WHERE proven = 0 AND (failures >= 5) = ?1 AND ready_at IS NOT NULL AND partner > ?2
            ORDER BY partner LIMIT 1)
    UNION ALL
    SELECT (SELECT partner FROM flow WHERE proven = 0 AND (failures >= 5) = ?1 AND ready_at IS NOT NULL
              AND partner > c.id ORDER BY partner LIMIT 1) FROM c WHERE c.id IS NOT NULL LIMIT ?3)
  SELECT id, (SELECT min(ready_at) FROM flow WHERE proven = 0 AND (failures >= 5) = ?1 AND partner = c.id
                AND ready_at IS NOT NULL) FROM c WHERE id IS NOT NULL)sql";
constexpr std::string_view kReadyOf = WEBHOOKS_STANDING
    " WHERE proven = 0 AND (failures >= 5) = ? AND partner = ? AND ready_at <= ? ORDER BY ready_at";
#undef WEBHOOKS_STANDING

// Webhooks that are not proven are looked at in the order in which they came; when so many wait,
// partner by partner.
constexpr std::size_t kCrowd = 256;
// So many partners are passed by in one turn, of either standing: 6 ms.
constexpr std::int64_t kPassedBy = 4096;

Standing standing_of(const Health& health) {
  if (is_probing(health)) return Standing::probed;
  return health.proven ? Standing::proven : Standing::unproven;
}

// The webhooks whose turn it is, of those that have room, in the order of the rows. Returns how
// many rows it has seen.
std::size_t read_candidates(Turn& turn, Rows rows, std::size_t most, Candidates& candidates) {
  std::size_t seen = 0;
  for (; candidates.size() < most && rows.next(); ++seen) {
    const Health health{rows.integer(1), rows.maybe_time(2), rows.maybe_time(3),
                        rows.integer(4) != 0};
    if (const int room = turn.request.room(rows.integer(0), health); room > 0)
      candidates.push_back(
          {rows.integer(0), rows.integer(6), room, standing_of(health), rows.time(5)});
  }
  return seen;
}

// First come, first served. It passes over those without room; there are at most as many as this
// worker has claims.
Candidates proven_webhooks(Turn& turn, int capacity) {
  Candidates candidates;
  read_candidates(turn, turn.db.query(kProvenReady, turn.request.now),
                  static_cast<std::size_t>(capacity), candidates);
  return candidates;
}

// The partners whose turn it is, at most `places`: once round, from where the last one ended.
std::vector<std::int64_t> next_partners(Turn& turn, bool probed, std::size_t places) {
  std::vector<std::int64_t> partners;
  std::int64_t& place = turn.places.round[probed ? 1 : 0];
  const std::int64_t start = place;
  std::int64_t left = kPassedBy;
  for (const std::int64_t from : {start, kBeforeAll}) {
    for (Rows rows = turn.db.query(kPartners, probed, from, left);
         partners.size() < places && rows.next();) {
      --left;
      if (from < start && rows.integer(0) > start) return partners;
      place = rows.integer(0);
      if (rows.is_null(1) || rows.time(1) > turn.request.now) continue;
      if (left_to(probed ? Standing::probed : Standing::unproven, turn.request.capacity,
                  turn.request.held(place)) > 0)
        partners.push_back(place);
    }
    if (from == kBeforeAll || left <= 0 || partners.size() >= places) break;
  }
  return partners;
}

// Of each partner whose turn it is the first, then of each the second, and so on.
Candidates round_of_partners(Turn& turn, bool probed, std::size_t places) {
  const auto partners = next_partners(turn, probed, places);
  std::vector<Candidates> of_each(partners.size());
  std::size_t longest = 0;
  for (std::size_t i = 0; i < partners.size(); ++i) {
    read_candidates(turn, turn.db.query(kReadyOf, probed, partners[i], turn.request.now),
                    (places + partners.size() - 1) / partners.size(), of_each[i]);
    longest = std::max(longest, of_each[i].size());
  }
  Candidates candidates;
  for (std::size_t rank = 0; rank < longest; ++rank)
    for (const Candidates& of_one : of_each)
      if (rank < of_one.size()) {
        candidates.push_back(of_one[rank]);
        candidates.back().ready_at = {};  // a crowd goes first: the caps keep it from taking all
      }
  return candidates;
}

Candidates unproven_webhooks(Turn& turn, bool probed, int places) {
  Candidates candidates;
  if (places <= 0) return candidates;
  const std::size_t seen = read_candidates(
      turn, turn.db.query(kUnprovenReady, probed, turn.request.now), kCrowd, candidates);
  if (seen < kCrowd) return candidates;
  Candidates of_round = round_of_partners(turn, probed, static_cast<std::size_t>(places));
  return of_round.empty() ? candidates
                          : of_round;  // it has passed by all it may, and goes on later
}

}  // namespace

int left_to(Standing standing, const Capacity& left, const Held& held) {
  if (standing == Standing::proven) return left.all;
  const int unproven =
      std::min({left.all, left.unproven, kPartnerShare * left.unproven - held.unproven});
  if (standing == Standing::unproven) return unproven;
  return std::min({unproven, left.probed, kPartnerShare * left.probed - held.probed});
}

Candidates whose_turn(Turn& turn) {
  const Capacity& capacity = turn.request.capacity;
  Candidates candidates = proven_webhooks(turn, capacity.all);
  for (const bool probed : {false, true}) {
    const auto more = unproven_webhooks(
        turn, probed, probed ? std::min(capacity.probed, capacity.unproven) : capacity.unproven);
    candidates.insert(candidates.end(), more.begin(), more.end());
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.ready_at < b.ready_at; });
  return candidates;
}

}  // namespace webhooks::store::sqlite
