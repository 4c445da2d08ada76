#include "worker/turn_loop.h"

#include <algorithm>

#include "common/base/log.h"
#include "common/store/backend.h"

namespace webhooks::worker {
namespace {

using namespace std::chrono_literals;

constexpr Millis kPauseAfterFailure = 200ms;
constexpr Millis kAbandonPatience = 2s;
constexpr Millis kGathering = 5ms;
constexpr auto kRestAfter = 1s;

// Events that a turn fans out: as many as it settles, so that it ends before the senders have
// nothing left to do; all it may while they hold little.
constexpr std::int64_t kLeastFannedOut = 256;
constexpr std::int64_t kMostFannedOut = 1024;

std::int64_t fan_out_limit(std::size_t settled, int claims_held, int senders) {
  if (claims_held < senders * Traffic::kDepth / 2) return kMostFannedOut;
  return std::clamp(static_cast<std::int64_t>(settled), kLeastFannedOut, kMostFannedOut);
}

}  // namespace

TurnLoop::TurnLoop(store::TurnStore& store, SenderPool& pool, const Clock& clock, TurnPolicy policy,
                   TurnProbe probe)
    : store_(store),
      pool_(pool),
      clock_(clock),
      policy_(std::move(policy)),
      probe_(std::move(probe)) {}

void TurnLoop::run(const std::stop_token& stop) {
  const std::stop_callback wake_on_stop(stop, [this] { pool_.wake(); });
  bool must_look = true;
  while (!stop.stop_requested()) {
    gather();
    collect();
    bool failed = false;
    try {
      const bool is_due = next_due_ && now() >= *next_due_;
      if (must_look || more_ || is_due || !settled_.empty() || store_.changed())
        failed = !take_turn(pool_.capacity());
      must_look = failed;
    } catch (const store::StoreError& error) {
      log::error("worker.store_failed", {{"error", error.what()}});
      note_failure(error.what());
      failed = must_look = true;
    }
    keep_house();
    if (failed)
      pool_.wait(kPauseAfterFailure);
    else if (!more_)
      rest();
  }
  drain();
}

// A wall clock that is set back must not make what is due wait for as long: time stands still until
// it has caught up.
Time TurnLoop::now() {
  latest_ = std::max(latest_, clock_.now());
  return latest_;
}

void TurnLoop::take(store::Settlement settlement) {
  // While time stands still the waits begin where it stands: else a clock that was wrong for an
  // hour would have all of a delivery's attempts made at once.
  if (auto* const retry = std::get_if<RetryAt>(&settlement.verdict))
    retry->due += std::max(latest_ - settlement.ended_at, Millis(0));
  // Of the webhook too: no probe before its hold is over.
  settlement.ended_at = std::max(settlement.ended_at, latest_);
  settled_.push_back(std::move(settlement));
}

void TurnLoop::collect() {
  for (store::Settlement& settlement : pool_.take_finished()) take(std::move(settlement));
}

bool TurnLoop::take_turn(store::Capacity capacity) {
  store::TurnRequest request;
  request.now = now();
  request.worker = policy_.worker;
  request.fan_out_limit = fan_out_limit(settled_.size(), pool_.in_flight(), pool_.size());
  request.settled = std::move(settled_);
  request.capacity = capacity;
  request.lease = policy_.lease;
  request.disable_after = policy_.disable_after;
  request.first_wait = policy_.first_wait;
  request.check = policy_.check;
  request.room = [this](std::int64_t webhook, const Health& health) {
    return pool_.room(webhook, health);
  };
  request.held = [this](std::int64_t partner) { return pool_.held(partner); };
  request.holds = [this](std::int64_t webhook, std::int64_t event) {
    return pool_.holds(webhook, event);
  };
  settled_.clear();
  store::TurnResult result;
  const auto begin = std::chrono::steady_clock::now();
  try {
    result = store_.turn(request);
  } catch (const store::StoreError& error) {
    settled_ = std::move(request.settled);
    log::error("worker.turn_failed", {{"error", error.what()}, {"unsettled", settled_.size()}});
    note_failure(error.what());
    return false;
  }
  failure_.with([](auto& failure) { failure.reset(); });
  const auto took = std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begin);
  report(result);
  probe_({result, pool_.in_flight() + static_cast<int>(result.claims.size()), took});
  last_turn_ = std::chrono::steady_clock::now();
  last_settled_ = request.settled.size();
  rested_ = false;
  next_due_ = result.next_due;
  more_ = result.more;
  if (!result.changed.empty())
    pool_.withdraw(result.changed);  // first: what this turn has claimed is as it is now
  if (!result.claims.empty()) pool_.submit(std::move(result.claims));
  return true;
}

void TurnLoop::drain() {
  const Time deadline = clock_.now() + policy_.drain_timeout;
  pool_.withdraw({.all = true, .webhooks = {}});
  log::info("worker.draining", {{"in_flight", pool_.in_flight()}});
  for (;;) {
    collect();
    if (!settled_.empty()) take_turn({});
    const Millis left = deadline - clock_.now();
    if (is_quiet() || left <= 0ms) break;
    pool_.wait(std::min(left, kPauseAfterFailure));
  }
  if (is_quiet()) return;
  // They must have ended before others may take them over.
  policy_.abandon();
  const auto patience = std::chrono::steady_clock::now() + kAbandonPatience;
  while (pool_.unsettled() > 0 && std::chrono::steady_clock::now() < patience) {
    pool_.wait(kPauseAfterFailure);
    collect();
  }
  // What has been cut off counts as not begun; an answer that came in time is one.
  for (store::Settlement& settlement : settled_)
    if (settlement.outcome.error == SendError::internal) settlement.attempted = false;
  if (!settled_.empty()) take_turn({});
  try {
    const auto given_back = store_.release_claims(policy_.worker, now());
    log::warn("worker.gave_back", {{"claims", given_back}});
  } catch (const store::StoreError& error) {  // their leases end by themselves
    log::error("worker.store_failed", {{"error", error.what()}});
  }
}

void TurnLoop::report(const store::TurnResult& result) const {
  for (const store::Deactivated& one : result.deactivated)
    log::warn("webhook.deactivated", {{"webhook", one.webhook.value}, {"reason", one.reason}});
  for (const store::Rejected& one : result.rejected)
    log::warn("event.rejected", {{"event_id", one.event.value.substr(0, limits::kEventIdLength)},
                                 {"reason", one.reason}});
  for (const store::ClaimKey& key : result.lost)
    log::warn("delivery.lease_lost", {{"webhook_key", key.webhook}, {"position", key.event}});
  for (const store::Unrecorded& one : result.unrecorded)
    log::error(
        "delivery.unrecorded",
        {{"webhook_key", one.claim.webhook}, {"position", one.claim.event}, {"error", one.why}});
  for (const store::Mended& one : result.mended)
    log::error("webhook.mended", {{"webhook_key", one.webhook}});
  if (result.reclaimed > 0) log::warn("delivery.reclaimed", {{"count", result.reclaimed}});
}

void TurnLoop::keep_house() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_housekeeping_) return;
  next_housekeeping_ = now + 1s;
  policy_.watch(pool_.load());
  policy_.housekeeping();
  if (rested_ || pool_.unsettled() > 0 || now - last_turn_ < kRestAfter) return;
  rested_ = store_.rest();
}

// While attempts end fast and the senders have enough to go on with, a turn that settles many at
// once costs less than several that settle few.
void TurnLoop::gather() {
  const auto many = static_cast<std::size_t>(pool_.size());
  if (last_settled_ >= std::min(many, SenderPool::kWorthATurn)) pool_.gather(kGathering);
}

// Until the store wakes us, where it can: 200 looks a second are a whole percent of a core. The
// wish ends with the wait: else our own next commit would fulfil it.
void TurnLoop::rest() {
  const bool will_be_woken = store_.wake_on_change([this] { pool_.wake(); });
  pool_.wait(std::min(will_be_woken ? policy_.look_anyway : policy_.poll, until_next_due()));
  if (will_be_woken) store_.wake_on_change({});
}

Millis TurnLoop::until_next_due() {
  if (!next_due_) return Millis::max();
  return std::max(*next_due_ - now(), Millis(0));
}

}  // namespace webhooks::worker
