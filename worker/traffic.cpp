#include "worker/traffic.h"

#include <algorithm>
#include <iterator>

#include "common/base/assert.h"

namespace webhooks::worker {

void Pace::count(std::int64_t turn) {
  if (turn != turn_) {
    before_ = faded(at(turn));
    turn_ = turn;
    finished_ = 0;
  }
  ++finished_;
}

int Pace::at(std::int64_t turn) const {
  int pace = std::max(finished_, before_);
  for (std::int64_t since = turn - turn_; since > 1 && pace > 0; --since) pace = faded(pace);
  return pace;
}

void Traffic::count(const store::Claim& claim, Lane& lane, int by) {
  if (!claim.health.proven) unproven_ += by;
  if (is_probing(claim.health)) probed_ += by;
  const auto bytes = by * static_cast<std::int64_t>(claim.event.data.size());
  bytes_ += bytes;
  lane.bytes += bytes;
}

void Traffic::add(store::Claim claim) {
  Lane& lane = lanes_[claim.key.webhook];
  count(claim, lane, 1);
  ++waiting_;
  if (lane.waiting.empty()) order_.push_back(&lane);
  lane.waiting.push_back(std::move(claim));
}

bool Traffic::may_begin(const Lane& lane) const {
  const int free = senders_ - under_way_;
  return lane.under_way < lane.window.size() && lane.under_way < std::max(free, 1);
}

// It passes over no more lanes than there are busy senders: who is passed over has one of them.
Traffic::Order::const_iterator Traffic::whose_turn() const {
  if (under_way_ >= senders_) return order_.end();
  return std::find_if(order_.begin(), order_.end(),
                      [this](const Lane* lane) { return may_begin(*lane); });
}

bool Traffic::has_next() const { return whose_turn() != order_.end(); }

std::optional<store::Claim> Traffic::next() {
  const auto at = whose_turn();
  if (at == order_.end()) return std::nullopt;
  Lane& lane = **at;
  store::Claim claim = std::move(lane.waiting.front());
  lane.waiting.pop_front();
  if (lane.waiting.empty())
    order_.erase(at);
  else
    order_.splice(order_.end(), order_, at);
  --waiting_;
  ++under_way_;
  ++lane.under_way;
  return claim;
}

std::vector<store::Claim> Traffic::finished(const store::Settlement& settlement) {
  const auto at = lanes_.find(settlement.claim.key.webhook);
  WEBHOOKS_ASSERT(at != lanes_.end() && at->second.under_way > 0);
  Lane& lane = at->second;
  count(settlement.claim, lane, -1);
  --under_way_;
  --lane.under_way;
  std::vector<store::Claim> back;
  if (settlement.attempted) {
    lane.pace.count(turn_);
    lane.window.settle(settlement.outcome, std::max(senders_ / 2, 1));
    lane.failures = settlement.outcome.succeeded() ? 0 : lane.failures + 1;
    if (lane.failures >= kProbeAfter) {
      back.assign(std::make_move_iterator(lane.waiting.begin()),
                  std::make_move_iterator(lane.waiting.end()));
      if (!back.empty()) order_.remove(&lane);
      lane.waiting.clear();
    }
  }
  for (const store::Claim& claim : back) count(claim, lane, -1);
  waiting_ -= static_cast<int>(back.size());
  forget_idle(at);
  return back;
}

// Windows of webhooks that are idle are soon found anew.
void Traffic::forget_idle(Lanes::iterator finished) {
  const auto is_idle = [](const Lane& lane) { return lane.under_way == 0 && lane.waiting.empty(); };
  const Lane& lane = finished->second;
  if (is_idle(lane) && lane.window.size() == Window::kInitial && lane.failures == 0)
    lanes_.erase(finished);
  if (lanes_.size() > kMostLanes)
    std::erase_if(lanes_, [&](const auto& entry) { return is_idle(entry.second); });
}

std::vector<store::Claim> Traffic::withdraw() {
  std::vector<store::Claim> back;
  for (Lane* const lane : order_) {
    for (const store::Claim& claim : lane->waiting) count(claim, *lane, -1);
    std::move(lane->waiting.begin(), lane->waiting.end(), std::back_inserter(back));
    lane->waiting.clear();
  }
  order_.clear();
  waiting_ = 0;
  return back;
}

store::Capacity Traffic::capacity() const {
  const int all = senders_ * kDepth - in_flight();
  const int unproven = std::min(all, std::max(senders_ / 2, 1) - unproven_);
  return {all, unproven, std::min(unproven, std::max(senders_ / 4, 1) - probed_),
          kMostBytes - bytes_};
}

int Traffic::room(std::int64_t webhook, const Health& health) const {
  const auto at = lanes_.find(webhook);
  if (at == lanes_.end()) return health.proven ? Window::kInitial : 1;
  const Lane& lane = at->second;
  const int held = lane.under_way + static_cast<int>(lane.waiting.size());
  if (!health.proven) return held == 0 ? 1 : 0;
  if (lane.bytes > kMostBytes - bytes_) return 0;
  return std::min(lane.window.size() + kTurnsAhead * lane.pace.at(turn_), capacity().all) - held;
}

int Traffic::window_slots() const {
  int slots = 0;
  for (const auto& [webhook, lane] : lanes_) slots += lane.window.size();
  return slots;
}

}  // namespace webhooks::worker
