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
  FROM outbox WHERE status = 'pending' ORDER BY position LIMIT ?)sql";

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

// What fanning out needs of a row; its data stays in the store until a worker sends it.
struct Row {
  std::int64_t position = 0;
  std::string id, type, contract, subject;
  std::optional<std::string> refusal;
};

std::vector<Row> read_pending(Turn& turn) {
  std::vector<Row> pending;
  Rows rows = turn.db.query(kPending, turn.request.fan_out_limit);
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
  if (flow.order == DeliveryOrder::latest)
    supersede_older(turn.db, {flow.webhook, row.position}, row.subject, type,
                    delivery_id(flow.id, sequence), now);
  const bool waits = ordered && lane_is_busy(turn.db, flow.webhook, row.subject);
  turn.db.run(kCreate, row.position, flow.webhook, sequence, row.subject, ordered, now);
  if (!waits) enqueue(turn.db, {flow.webhook, row.position}, sequence, now);
  ++turn.result.created;
}

}  // namespace

void fan_out(Turn& turn) {
  const std::vector<Row> pending = read_pending(turn);
  for (const Row& row : pending) {
    if (row.refusal) {
      turn.db.run(kReject, row.position, *row.refusal);
      turn.result.rejected.push_back({{row.id}, *row.refusal});
      continue;
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
  turn.result.more |= static_cast<std::int64_t>(pending.size()) == turn.request.fan_out_limit;
}

}  // namespace webhooks::store::sqlite
