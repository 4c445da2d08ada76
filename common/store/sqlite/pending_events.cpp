#include "common/store/sqlite/pending_events.h"

#include <algorithm>
#include <utility>

#include "common/domain/event.h"

namespace webhooks::store::sqlite {
namespace {

// Contracts that have pending events, from ?1 on: one step through the index each.
constexpr std::string_view kContracts = R"sql(
  WITH RECURSIVE c (id) AS (
    SELECT (SELECT contract_id FROM outbox WHERE status = 'pending' AND contract_id >= ?1
            ORDER BY contract_id LIMIT 1)
    UNION ALL
    SELECT (SELECT contract_id FROM outbox WHERE status = 'pending' AND contract_id > c.id
            ORDER BY contract_id LIMIT 1) FROM c WHERE c.id IS NOT NULL LIMIT ?2)
  SELECT id FROM c WHERE id IS NOT NULL)sql";

// The first ?2 of a contract. `data` is read to be checked alone; of a size that no check accepts
// it is cut short, so that one row cannot take the worker's memory.
constexpr std::string_view kPending = R"sql(
  SELECT position, id, type, contract_id, subject, occurred_at, expires_at, checked IS 1,
         CASE WHEN checked IS 1 THEN ''
              WHEN length(data) > 65537 THEN substr(data, 1, 65537) ELSE data END
  FROM outbox INDEXED BY outbox_pending WHERE status = 'pending' AND contract_id = ?1
  ORDER BY position LIMIT ?2)sql";

// Of a contract that has many so many at once at least: with 10,000 contracts that takes a quarter
// less of a turn than two of each.
constexpr std::int64_t kWorthAsking = 8;

// The smallest text behind `text`.
std::string behind(const std::string& text) { return text + '\0'; }

// The contracts that have pending events: once round, beginning behind the one that the last
// fan-out ended with, so that each gets its share.
class Circle {
 public:
  Circle(Connection& db, const std::string& last) : db_(db), start_(behind(last)), from_(start_) {}

  // The next ones, at most `count`; none: it has been once round.
  std::vector<std::string> next(std::int64_t count) {
    std::vector<std::string> contracts;
    while (count > 0 && !closed_) {
      std::string next = from_;
      for (Rows rows = db_.query(kContracts, from_, count); rows.next();) {
        if (rows.view(0) < next) break;  // a damaged row's bytes stand behind all text
        closed_ = wrapped_ && rows.view(0) >= start_;
        if (closed_) break;
        next = behind(contracts.emplace_back(rows.text(0)));
        --count;
      }
      from_ = std::move(next);
      if (count == 0) break;
      closed_ |= std::exchange(wrapped_, true);
      from_.clear();
    }
    return contracts;
  }

 private:
  Connection& db_;
  const std::string start_;
  std::string from_;
  bool wrapped_ = false;
  bool closed_ = false;
};

// Why the row cannot be an event; the intake has asked that already for what came through it.
std::optional<std::string> refusal_of(const Turn& turn, const Rows& row) {
  const bool is_checked = row.integer(7) != 0 && event_type_from(row.view(2));
  if (is_checked) return std::nullopt;
  return turn.request.check({row.view(1), row.view(2), row.view(3), row.view(4), row.view(8),
                             row.integer(5), row.maybe_integer(6)});
}

// Appends the first `limit` of a contract. Returns how many there were.
std::int64_t read_pending(Turn& turn, const std::string& contract, std::int64_t limit,
                          std::vector<PendingEvent>& pending) {
  std::int64_t read = 0;
  for (Rows rows = turn.db.query(kPending, contract, limit); rows.next(); ++read)
    pending.push_back({rows.integer(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4),
                       refusal_of(turn, rows)});
  turn.result.more |= read == limit;
  return read;
}

}  // namespace

std::vector<PendingEvent> read_pending(Turn& turn) {
  std::vector<PendingEvent> pending;
  Circle circle(turn.db, turn.places.contract);
  for (std::int64_t left = turn.request.fan_out_limit; left > 0;) {
    const auto contracts = circle.next(std::max<std::int64_t>(1, left / kWorthAsking));
    if (contracts.empty()) break;
    const std::int64_t share = left / static_cast<std::int64_t>(contracts.size());
    for (const std::string& contract : contracts)
      left -= read_pending(turn, contract, share, pending);
    turn.places.contract = contracts.back();
  }
  return pending;
}

}  // namespace webhooks::store::sqlite
