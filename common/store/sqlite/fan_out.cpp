#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "common/domain/event.h"
#include "common/store/sqlite/lane.h"
#include "common/store/sqlite/turn_steps.h"

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

// The first ?2 of each contract. `data` of a size that no check accepts is cut short, so that one
// row cannot take the worker's memory.
constexpr std::string_view kPending = R"sql(
  SELECT b.rowid, o.position, o.id, o.type, o.contract_id, o.subject, o.occurred_at, o.expires_at,
         CASE WHEN length(o.data) > 65537 THEN substr(o.data, 1, 65537) ELSE o.data END
  FROM batch(?1) b CROSS JOIN outbox o
  WHERE o.position IN (SELECT position FROM outbox WHERE status = 'pending' AND contract_id = b.c0
                       ORDER BY position LIMIT ?2))sql";

constexpr std::string_view kSubscribers = R"sql(
  SELECT b.rowid, s.webhook
  FROM batch(?) b CROSS JOIN contract c ON c.id = b.c0 AND c.active = 1
       CROSS JOIN subscription s ON s.contract_id = c.id AND s.event_type = b.c1
       CROSS JOIN webhook w ON w.key = s.webhook AND w.status = 'active')sql";

constexpr std::string_view kBusyLanes = R"sql(
  SELECT b.rowid FROM batch(?) b WHERE EXISTS (
    SELECT 1 FROM delivery WHERE webhook = b.c0 AND ordered = 1 AND subject = b.c1 AND state = 'pending'))sql";

constexpr std::string_view kCreate = R"sql(
  INSERT OR FAIL INTO delivery (event, webhook, sequence, subject, ordered, state, "trigger", due, created_at)
  SELECT c0, c1, c2, c3, c4, 'pending', 'schedule', c5, c6 FROM batch(?))sql";

constexpr std::string_view kDispatched = R"sql(
  UPDATE OR FAIL outbox SET status = b.c1, matched = b.c2, reason = b.c3
  FROM batch(?) b WHERE outbox.position = b.c0)sql";

constexpr std::size_t kContractsAtOnce = 32;
// One event may go to thousands of webhooks: past this many deliveries the rest waits for the next
// turn.
constexpr std::int64_t kCreatedAtOnce = 2000;

// What fanning out needs of a row; its data stays in the store until a worker sends it.
struct Row {
  std::int64_t contract_at = 0;  // the contract's place among this turn's, from 1
  std::int64_t position = 0;
  std::string id, type, contract, subject;
  std::optional<std::string> refusal;
};

// The smallest text behind `text`.
std::string behind(const std::string& text) { return text + '\0'; }

// Contracts that have pending events, in turn from one fan-out to the next, so that each gets its
// share.
std::vector<std::string> contracts_in_turn(Turn& turn) {
  std::vector<std::string> contracts;
  const std::string last = behind(turn.last_contract);
  for (const std::string& from : {last, std::string()}) {
    const std::size_t left = kContractsAtOnce - contracts.size();
    if (left == 0) break;
    for (Rows rows = turn.db.query(kContracts, from, static_cast<std::int64_t>(left));
         rows.next();) {
      if (from.empty() && rows.view(0) >= last) break;  // once round
      contracts.push_back(rows.text(0));
    }
  }
  return contracts;
}

std::vector<Row> read_pending(Turn& turn, const std::vector<std::string>& contracts,
                              std::int64_t limit) {
  Batch batch;
  for (const std::string& contract : contracts) batch.add(std::string_view(contract));
  std::vector<Row> pending;
  for (Rows rows = turn.db.query(kPending, batch, limit); rows.next();) {
    const OutboxRow raw{rows.view(2), rows.view(3),    rows.view(4),         rows.view(5),
                        rows.view(8), rows.integer(6), rows.maybe_integer(7)};
    pending.push_back({rows.integer(0), rows.integer(1), rows.text(2), rows.text(3), rows.text(4),
                       rows.text(5), turn.request.check(raw)});
  }
  std::sort(pending.begin(), pending.end(), [](const Row& a, const Row& b) {
    return std::tie(a.contract_at, a.position) < std::tie(b.contract_at, b.position);
  });
  return pending;
}

// The active webhooks that the rows' events go to.
class Subscribers {
 public:
  Subscribers(Turn& turn, const std::vector<Row>& rows) {
    Batch kinds;
    std::vector<Kind> asked;
    for (const Row& row : rows)
      if (!row.refusal && webhooks_.try_emplace({row.contract, row.type}).second) {
        asked.emplace_back(row.contract, row.type);
        kinds.add(std::string_view(row.contract), std::string_view(row.type));
      }
    if (asked.empty()) return;
    std::vector<std::int64_t> all;
    for (Rows found = turn.db.query(kSubscribers, kinds); found.next();) {
      webhooks_[asked[static_cast<std::size_t>(found.integer(0)) - 1]].push_back(found.integer(1));
      all.push_back(found.integer(1));
    }
    turn.flows.load(all);
  }

  const std::vector<std::int64_t>& of(const Row& row) const {
    return webhooks_.at({row.contract, row.type});
  }

 private:
  using Kind = std::pair<std::string_view, std::string_view>;  // contract and type
  std::map<Kind, std::vector<std::int64_t>> webhooks_;
};

// Gathers new deliveries and writes them together.
class NewDeliveries {
 public:
  explicit NewDeliveries(Turn& turn)
      : turn_(turn), due_(turn.request.now + turn.request.first_wait) {}

  void add(const Row& row, EventType type, Flow& flow) {
    const std::int64_t sequence = ++flow.last_sequence;
    const bool ordered = flow.order != DeliveryOrder::any;
    ++turn_.result.created;
    if (flow.order == DeliveryOrder::latest) {
      add_latest(row, type, flow, sequence);
      return;
    }
    created_.add(row.position, flow.webhook, sequence, std::string_view(row.subject), ordered, due_,
                 turn_.request.now);
    if (!ordered) {
      queued_.add(flow.webhook, due_, sequence, row.position);
    } else if (seen_.emplace(flow.webhook, row.subject).second) {
      lanes_.add(flow.webhook, std::string_view(row.subject));
      firsts_.push_back({{flow.webhook, row.position}, sequence});
    }
  }

  void write() {
    // Asked before they are written: a lane that is busy now lets its next one go itself.
    std::vector<bool> busy(firsts_.size());
    if (!lanes_.empty())
      for (Rows rows = turn_.db.query(kBusyLanes, lanes_); rows.next();)
        busy[static_cast<std::size_t>(rows.integer(0)) - 1] = true;
    for (std::size_t i = 0; i < firsts_.size(); ++i)
      if (const First& first = firsts_[i]; !busy[i])
        queued_.add(first.key.webhook, due_, first.sequence, first.key.event);
    turn_.db.run_for(kCreate, created_);
    enqueue_all(turn_.db, queued_);
  }

 private:
  // It may end older ones of its lane, which may have been first: written one by one.
  void add_latest(const Row& row, EventType type, const Flow& flow, std::int64_t sequence) {
    const Time now = turn_.request.now;
    const DeliveryKey key{flow.webhook, row.position};
    const auto create = [&] {
      Batch one;
      one.add(row.position, flow.webhook, sequence, std::string_view(row.subject), true, due_, now);
      turn_.db.run(kCreate, one);
    };
    if (supersede_older(turn_.db, key, row.subject, type, delivery_id(flow.id, sequence), now)) {
      place(turn_.db, key, sequence, row.subject, true, due_, create);
    } else {
      const bool waits = lane_is_busy(turn_.db, flow.webhook, row.subject);
      create();
      if (!waits) enqueue(turn_.db, key, sequence, due_);
    }
  }

  struct First {
    DeliveryKey key;
    std::int64_t sequence;
  };
  struct LaneHash {
    std::size_t operator()(const std::pair<std::int64_t, std::string_view>& lane) const {
      return std::hash<std::string_view>()(lane.second) * 31 + static_cast<std::size_t>(lane.first);
    }
  };

  Turn& turn_;
  const Time due_;
  Batch created_;
  Batch queued_;
  Batch lanes_;                // that this turn adds to,
  std::vector<First> firsts_;  // with the first one added to each
  std::unordered_set<std::pair<std::int64_t, std::string_view>, LaneHash> seen_;
};

}  // namespace

void fan_out(Turn& turn) {
  TurnResult& result = turn.result;
  const std::vector<std::string> contracts = contracts_in_turn(turn);
  if (contracts.empty()) return;
  const auto share = std::max<std::int64_t>(
      1, turn.request.fan_out_limit / static_cast<std::int64_t>(contracts.size()));
  const std::vector<Row> pending = read_pending(turn, contracts, share);
  const Subscribers subscribers(turn, pending);
  NewDeliveries deliveries(turn);
  Batch ends;
  turn.last_contract = contracts.back();
  result.more |= contracts.size() == kContractsAtOnce;
  std::vector<std::int64_t> read(contracts.size() + 1);
  for (const Row& row : pending) {
    result.more |= ++read[static_cast<std::size_t>(row.contract_at)] == share;
    if (row.refusal) {
      ends.add(row.position, std::string_view("rejected"), std::optional<std::int64_t>(),
               std::optional<std::string_view>(*row.refusal));
      result.rejected.push_back({{row.id}, *row.refusal});
      continue;
    }
    const EventType type = event_type_from(row.type).value();
    const std::vector<std::int64_t>& webhooks = subscribers.of(row);
    for (const std::int64_t webhook : webhooks)
      if (Flow* const flow = turn.flows.find(webhook)) deliveries.add(row, type, *flow);
    ends.add(row.position, std::string_view("dispatched"),
             std::optional(static_cast<std::int64_t>(webhooks.size())),
             std::optional<std::string_view>());
    ++result.dispatched;
    result.unmatched += webhooks.empty();
    if (result.created < kCreatedAtOnce) continue;
    turn.last_contract = row.contract;
    result.more = true;
    break;
  }
  deliveries.write();
  turn.db.run_for(kDispatched, ends);
}

}  // namespace webhooks::store::sqlite
