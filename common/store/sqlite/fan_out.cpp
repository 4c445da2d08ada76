#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "common/domain/event.h"
#include "common/store/sqlite/lane.h"
#include "common/store/sqlite/turn_steps.h"

namespace webhooks::store::sqlite {
namespace {

// `data` of a size that no check accepts is cut short, so that one row cannot take the worker's
// memory.
constexpr std::string_view kPending = R"sql(
  SELECT position, id, type, contract_id, subject, occurred_at, expires_at,
         CASE WHEN length(data) > 65537 THEN substr(data, 1, 65537) ELSE data END
  FROM outbox WHERE status = 'pending' AND contract_id = ? ORDER BY position LIMIT ?)sql";

constexpr std::string_view kNextContract = R"sql(
  SELECT contract_id FROM outbox WHERE status = 'pending' AND contract_id >= ? ORDER BY contract_id LIMIT 1)sql";

constexpr std::string_view kReject =
    "UPDATE outbox SET status = 'rejected', reason = ?2 WHERE position = ?1";

constexpr std::string_view kSubscribers = R"sql(
  SELECT s.webhook FROM subscription s JOIN webhook w ON w.key = s.webhook JOIN contract c ON c.id = s.contract_id
  WHERE s.contract_id = ? AND s.event_type = ? AND w.status = 'active' AND c.active = 1)sql";

constexpr std::string_view kCreate = R"sql(
  INSERT INTO delivery (event, webhook, sequence, subject, ordered, state, "trigger", due, created_at)
  VALUES (?1, ?2, ?3, ?4, ?5, 'pending', 'schedule', ?6, ?6))sql";

constexpr std::string_view kDispatched = R"sql(
  UPDATE outbox SET status = 'dispatched', matched = ?2 WHERE position = ?1)sql";

constexpr std::size_t kContractsAtOnce = 32;
// One event may go to thousands of webhooks: past this many deliveries the rest waits for the next
// turn.
constexpr std::int64_t kCreatedAtOnce = 2000;

// What fanning out needs of a row; its data stays in the store until a worker sends it.
struct Row {
  std::int64_t position = 0;
  std::string id, type, contract, subject;
  std::optional<std::string> refusal;
};

std::optional<std::string> next_contract(Turn& turn, const std::string& from) {
  Rows row = turn.db.query(kNextContract, from);
  return row.next() ? std::optional(row.text(0)) : std::nullopt;
}

// The smallest text behind `text`.
std::string behind(const std::string& text) { return text + '\0'; }

// Contracts that have pending events, in turn from one fan-out to the next, so that each gets its
// share.
std::vector<std::string> contracts_in_turn(Turn& turn) {
  std::vector<std::string> contracts;
  const std::string last = behind(turn.last_contract);
  std::string from = last;
  for (bool wrapped = false; contracts.size() < kContractsAtOnce;) {
    const auto next = next_contract(turn, from);
    if (wrapped && (!next || *next >= last)) break;
    if (next) {
      contracts.push_back(*next);
      from = behind(*next);
    } else {
      wrapped = true;
      from.clear();
    }
  }
  return contracts;
}

std::vector<Row> read_pending(Turn& turn, const std::string& contract, std::int64_t limit) {
  std::vector<Row> pending;
  Rows rows = turn.db.query(kPending, contract, limit);
  while (rows.next()) {
    const OutboxRow raw{rows.view(1), rows.view(2),    rows.view(3),         rows.view(4),
                        rows.view(7), rows.integer(5), rows.maybe_integer(6)};
    pending.push_back({rows.integer(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4),
                       turn.request.check(raw)});
  }
  return pending;
}

void create_delivery(Turn& turn, const Row& row, EventType type, Flow& flow) {
  const std::int64_t sequence = ++flow.last_sequence;
  const bool ordered = flow.order != DeliveryOrder::any;
  const Time now = turn.request.now;
  const DeliveryKey key{flow.webhook, row.position};
  const auto create = [&] {
    turn.db.run(kCreate, row.position, flow.webhook, sequence, row.subject, ordered, now);
  };
  if (flow.order == DeliveryOrder::latest &&
      supersede_older(turn.db, key, row.subject, type, delivery_id(flow.id, sequence), now)) {
    place(turn.db, key, sequence, row.subject, ordered, now, create);
  } else {
    const bool waits = ordered && lane_is_busy(turn.db, flow.webhook, row.subject);
    create();
    if (!waits) enqueue(turn.db, key, sequence, now);
  }
  ++turn.result.created;
}

void dispatch(Turn& turn, const Row& row) {
  if (row.refusal) {
    turn.db.run(kReject, row.position, *row.refusal);
    turn.result.rejected.push_back({{row.id}, *row.refusal});
    return;
  }
  const EventType type = event_type_from(row.type).value();
  std::vector<std::int64_t> subscribers;
  for (Rows rows = turn.db.query(kSubscribers, row.contract, row.type); rows.next();)
    subscribers.push_back(rows.integer(0));
  for (const std::int64_t webhook : subscribers)
    if (Flow* const flow = turn.flows.find(webhook)) create_delivery(turn, row, type, *flow);
  turn.db.run(kDispatched, row.position, static_cast<std::int64_t>(subscribers.size()));
  ++turn.result.dispatched;
  turn.result.unmatched += subscribers.empty();
}

}  // namespace

void fan_out(Turn& turn) {
  const std::vector<std::string> contracts = contracts_in_turn(turn);
  if (contracts.empty()) return;
  const auto share = std::max<std::int64_t>(
      1, turn.request.fan_out_limit / static_cast<std::int64_t>(contracts.size()));
  for (const std::string& contract : contracts) {
    const std::vector<Row> pending = read_pending(turn, contract, share);
    for (const Row& row : pending) {
      dispatch(turn, row);
      if (turn.result.created < kCreatedAtOnce) continue;
      turn.last_contract = contract;
      turn.result.more = true;
      return;
    }
    turn.result.more |= static_cast<std::int64_t>(pending.size()) == share;
  }
  turn.last_contract = contracts.back();
  turn.result.more |= contracts.size() == kContractsAtOnce;
}

}  // namespace webhooks::store::sqlite
