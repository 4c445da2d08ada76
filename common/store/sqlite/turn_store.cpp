#include "common/store/sqlite/turn_store.h"

#include <utility>

namespace webhooks::store::sqlite {
namespace {

// 24 MB, half as much again as others have: with a million waiting, each event falls on another
// page of the index of lanes, of which this keeps a good part. More would cost the worker its 64
// MiB.
constexpr std::string_view kCache = "PRAGMA cache_size = -24000";

constexpr std::string_view kDataVersion = "PRAGMA data_version";

// A lease that has passed is reclaimed already, or held here all the same.
constexpr std::string_view kNextDue = R"sql(
  SELECT min(due) FROM (
    SELECT min(ready_at) AS due FROM flow INDEXED BY flow_ready
    WHERE proven = 1 AND (failures >= 5) = 0 AND ready_at > ?1
    UNION ALL SELECT min(ready_at) FROM flow INDEXED BY flow_ready
    WHERE proven = 0 AND (failures >= 5) = 0 AND ready_at > ?1
    UNION ALL SELECT min(ready_at) FROM flow INDEXED BY flow_ready
    WHERE proven = 0 AND (failures >= 5) = 1 AND ready_at > ?1
    UNION ALL SELECT min(lease_until) FROM claim WHERE lease_until > ?1))sql";

std::optional<Time> next_due(Connection& db, Time now) {
  const auto due = db.value(kNextDue, now);
  return due ? std::optional(Time(Millis(*due))) : std::nullopt;
}

}  // namespace

TurnResult SqliteTurnStore::turn(const TurnRequest& request) {
  if (!std::exchange(has_turned_, true)) db_.script(std::string(kCache));
  TurnResult result = take_or_retake(request);
  mover_.after_commit();
  return result;
}

TurnResult SqliteTurnStore::take_or_retake(const TurnRequest& request) {
  try {
    return take_turn(request, false);
  } catch (const ConstraintError&) {
    // A bug of ours, or a damaged row. Savepoints from the start would guard against it too, for a
    // tenth of the throughput. Whatever it was, it does not come again: what can be put right is,
    // and of the rest each ends with the reason.
    return take_turn(request, true);
  }
}

TurnResult SqliteTurnStore::take_turn(const TurnRequest& request, bool one_by_one) {
  TurnResult result;
  Places places = places_;
  Transaction transaction(db_);
  result.one_by_one = one_by_one;
  FlowBook flows(db_, request.now);
  if (one_by_one) flows.mend();
  Turn turn{db_, request, flows, result, places, one_by_one};
  settle(turn);
  reclaim_lost(turn);
  fan_out(turn);
  sweep(turn);
  flows.save();  // claiming goes by whose turn it is, which the steps before may have changed
  claim(turn);
  flows.save();
  for (const std::int64_t webhook : flows.mended()) result.mended.push_back({webhook});
  tell_changes(turn);
  result.next_due = next_due(db_, request.now);
  transaction.commit();
  places_ = std::move(places);
  return result;
}

// PRAGMA data_version moves when another connection commits; 2.7 µs a call, 30 and more on a
// processor that has slept.
bool SqliteTurnStore::changed() {
  if (!log_) log_.emplace(db_.log_file());
  if (log_->is_quiet(std::chrono::steady_clock::now())) return false;
  const std::int64_t version = db_.value(kDataVersion).value_or(0);
  return std::exchange(data_version_, version) != version;
}

bool SqliteTurnStore::wake_on_change(std::function<void()> wake) {
  return log_ && log_->wake_when_written(std::move(wake), std::chrono::steady_clock::now());
}

bool SqliteTurnStore::rest() { return db_.truncate_log(); }

std::int64_t SqliteTurnStore::release_claims(const std::string& worker, Time now) {
  return sqlite::release_claims(db_, worker, now);
}

}  // namespace webhooks::store::sqlite
