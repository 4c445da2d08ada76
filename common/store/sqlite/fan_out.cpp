#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/domain/event.h"
#include "common/store/sqlite/new_deliveries.h"
#include "common/store/sqlite/pending_events.h"
#include "common/store/sqlite/turn_steps.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kSubscribers = R"sql(
  SELECT b.rowid, s.webhook
  FROM batch(?) b CROSS JOIN contract c ON c.id = b.c0 AND c.active = 1
       CROSS JOIN subscription s ON s.contract_id = c.id AND s.event_type = b.c1
       CROSS JOIN webhook w ON w.key = s.webhook AND w.status = 'active')sql";

constexpr std::string_view kDispatched = R"sql(
  UPDATE OR FAIL outbox SET status = b.c1, matched = b.c2, reason = b.c3
  FROM batch(?) b WHERE outbox.position = b.c0)sql";

// A row that cannot be dispatched may hold what its columns do not allow: it becomes what they do.
constexpr std::string_view kRefuse = R"sql(
  UPDATE outbox SET status = 'rejected', matched = NULL, reason = ?2, id = CAST(id AS TEXT), type = CAST(type AS TEXT),
    contract_id = CAST(contract_id AS TEXT), subject = CAST(subject AS TEXT), data = CAST(data AS TEXT),
    occurred_at = CAST(occurred_at AS INTEGER), expires_at = CAST(expires_at AS INTEGER),
    received_at = CAST(received_at AS INTEGER), test_of = CAST(test_of AS INTEGER),
    request_id = CAST(request_id AS TEXT), traceparent = CAST(traceparent AS TEXT), checked = NULL
  WHERE position = ?1)sql";

// One event may go to thousands of webhooks: past this many deliveries the rest waits for the next
// turn.
constexpr std::int64_t kCreatedAtOnce = 2000;

// The active webhooks that the rows' events go to: of the first kinds, so many that more would not
// be fanned out in this turn. (A hundred contracts with 2,000 webhooks each took 300 ms a turn and
// 87 MB before, a hundred times over.)
class Subscribers {
 public:
  Subscribers(Turn& turn, const std::vector<PendingEvent>& rows) {
    Batch kinds;
    std::vector<Kind> asked;
    for (const PendingEvent& row : rows)
      if (!row.refusal && webhooks_.try_emplace({row.contract, row.type}).second) {
        asked.emplace_back(row.contract, row.type);
        kinds.add(std::string_view(row.contract), std::string_view(row.type));
      }
    if (asked.empty()) return;
    std::vector<std::int64_t> all;
    std::size_t kind = 0;
    for (Rows found = turn.db.query(kSubscribers, kinds); found.next();) {
      const auto next = static_cast<std::size_t>(found.integer(0)) - 1;
      if (next != kind && static_cast<std::int64_t>(all.size()) >= kCreatedAtOnce) {
        for (std::size_t i = next; i < asked.size(); ++i) webhooks_.erase(asked[i]);
        break;
      }
      kind = next;
      webhooks_[asked[kind]].push_back(found.integer(1));
      all.push_back(found.integer(1));
    }
    turn.flows.load(all);
  }

  // nullptr: not this time. Never so for the first of the rows.
  const std::vector<std::int64_t>* of(const PendingEvent& row) const {
    const auto at = webhooks_.find({row.contract, row.type});
    return at == webhooks_.end() ? nullptr : &at->second;
  }

 private:
  using Kind = std::pair<std::string_view, std::string_view>;  // contract and type
  std::map<Kind, std::vector<std::int64_t>> webhooks_;
};

// What fanning out came to, besides what was written.
struct FannedOut {
  std::int64_t dispatched = 0, created = 0, unmatched = 0, superseded = 0;
  std::vector<Rejected> rejected;
};

void report(Turn& turn, FannedOut done) {
  TurnResult& result = turn.result;
  result.dispatched += done.dispatched;
  result.created += done.created;
  result.unmatched += done.unmatched;
  result.ended.superseded += done.superseded;
  for (Rejected& one : done.rejected) result.rejected.push_back(std::move(one));
}

// Gathers what events come to and writes it together.
class FanOut {
 public:
  FanOut(Turn& turn, const Subscribers& subscribers)
      : turn_(turn), subscribers_(subscribers), deliveries_(turn) {}

  void add(const PendingEvent& row) {
    if (row.refusal) {
      ends_.add(row.position, std::string_view("rejected"), std::optional<std::int64_t>(),
                std::optional<std::string_view>(*row.refusal));
      done_.rejected.push_back({{row.id}, *row.refusal});
      return;
    }
    const EventType type = event_type_from(row.type).value();
    const std::vector<std::int64_t>& webhooks = *subscribers_.of(row);
    for (const std::int64_t webhook : webhooks)
      if (Flow* const flow = turn_.flows.find(webhook)) {
        deliveries_.add(row.position, row.subject, type, *flow);
        ++done_.created;
      }
    ends_.add(row.position, std::string_view("dispatched"),
              std::optional(static_cast<std::int64_t>(webhooks.size())),
              std::optional<std::string_view>());
    ++done_.dispatched;
    done_.unmatched += webhooks.empty() ? 1 : 0;
  }

  std::int64_t created() const { return done_.created; }

  FannedOut write() {
    deliveries_.write();
    turn_.db.run_for(kDispatched, ends_);
    done_.superseded = deliveries_.superseded();
    return std::move(done_);
  }

 private:
  Turn& turn_;
  const Subscribers& subscribers_;
  NewDeliveries deliveries_;
  Batch ends_;
  FannedOut done_;
};

// Under a savepoint of its own: an event that the schema refuses to fan out is rejected.
void fan_out_alone(Turn& turn, const Subscribers& subscribers, const PendingEvent& row) {
  try {
    Transaction alone(turn.db);
    FanOut one(turn, subscribers);
    one.add(row);
    FannedOut done = one.write();
    turn.flows.save();
    alone.commit();
    report(turn, std::move(done));
  } catch (const ConstraintError& error) {
    turn.flows.forget();
    const std::string reason = "it could not be fanned out: " + std::string(error.what());
    turn.db.run(kRefuse, row.position, reason);
    turn.result.rejected.push_back({{row.id}, reason});
  }
}

}  // namespace

void fan_out(Turn& turn) {
  TurnResult& result = turn.result;
  const std::vector<PendingEvent> pending = read_pending(turn);
  if (pending.empty()) return;
  const Subscribers subscribers(turn, pending);
  FanOut all(turn, subscribers);
  const PendingEvent* last = nullptr;
  for (const PendingEvent& row : pending) {
    if (all.created() + result.created >= kCreatedAtOnce) break;
    if (!row.refusal && !subscribers.of(row)) break;
    if (turn.one_by_one)
      fan_out_alone(turn, subscribers, row);
    else
      all.add(row);
    last = &row;
  }
  if (last != &pending.back()) {
    turn.places.contract = last->contract;
    result.more = true;
  }
  report(turn, all.write());
}

}  // namespace webhooks::store::sqlite
