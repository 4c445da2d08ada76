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
  if (is_probing(claim.health)) probed_ += by;
  const auto bytes = by * static_cast<std::int64_t>(claim.event.data.size());
  bytes_ += bytes;
  lane.bytes += bytes;
  if (claim.health.proven) return;
  unproven_ += by;
  unproven_bytes_ += bytes;
}

void Traffic::add(store::Claim claim) {
  Lane& lane = lanes_[claim.key.webhook];
  count(claim, lane, 1);
  ++waiting_;
  const bool stands_in_line = !lane.waiting.empty();
  lane.waiting.push_back(std::move(claim));
  if (stands_in_line) return;
  Line& line = line_of(lane);
  lane.in_line = line.insert(line.end(), &lane);
  lane.place = ++last_place_;
}

Traffic::Line& Traffic::line_of(const Lane& lane) {
  return lane.waiting.front().health.proven ? proven_line_ : unproven_line_;
}

bool Traffic::may_begin(const Lane& lane) const {
  const int free = senders_ - under_way_;
  return lane.under_way < lane.window.size() && lane.under_way < std::max(free, 1);
}

// It passes over no more lanes than there are busy senders: who is passed over has one of them.
Traffic::Lane* Traffic::first_of(const Line& line) const {
  const auto at =
      std::find_if(line.begin(), line.end(), [this](const Lane* lane) { return may_begin(*lane); });
  return at == line.end() ? nullptr : *at;
}

Traffic::Lane* Traffic::whose_turn() const {
  if (under_way_ >= senders_) return nullptr;
  Lane* const proven = first_of(proven_line_);
  Lane* const unproven = unproven_under_way_ < most_unproven() ? first_of(unproven_line_) : nullptr;
  if (!proven || !unproven) return proven ? proven : unproven;
  return proven->place < unproven->place ? proven : unproven;
}

bool Traffic::has_next() const { return whose_turn() != nullptr; }

std::optional<store::Claim> Traffic::next() {
  Lane* const lane = whose_turn();
  if (!lane) return std::nullopt;
  Line& line = line_of(*lane);
  store::Claim claim = std::move(lane->waiting.front());
  lane->waiting.pop_front();
  if (lane->waiting.empty()) {
    line.erase(lane->in_line);
  } else {
    Line& next_line = line_of(*lane);
    next_line.splice(next_line.end(), line, lane->in_line);
    lane->place = ++last_place_;
  }
  --waiting_;
  ++under_way_;
  ++lane->under_way;
  unproven_under_way_ += claim.health.proven ? 0 : 1;
  return claim;
}

std::vector<store::Claim> Traffic::finished(const store::Settlement& settlement) {
  const auto at = lanes_.find(settlement.claim.key.webhook);
  WEBHOOKS_ASSERT(at != lanes_.end() && at->second.under_way > 0);
  Lane& lane = at->second;
  count(settlement.claim, lane, -1);
  const bool proven = settlement.claim.health.proven;
  --under_way_;
  --lane.under_way;
  unproven_under_way_ -= proven ? 0 : 1;
  std::vector<store::Claim> back;
  if (settlement.attempted) {
    lane.pace.count(turn_);
    if (!proven && proves(settlement.outcome)) unproven_pace_.count(turn_);
    lane.window.settle(settlement.outcome, std::max(senders_ / 2, 1));
    lane.failures = settlement.outcome.succeeded() ? 0 : lane.failures + 1;
    if (lane.failures >= kProbeAfter && !lane.waiting.empty()) take_waiting(lane, back);
  }
  forget_idle(at);
  return back;
}

void Traffic::take_waiting(Lane& lane, std::vector<store::Claim>& back) {
  line_of(lane).erase(lane.in_line);
  waiting_ -= static_cast<int>(lane.waiting.size());
  for (const store::Claim& claim : lane.waiting) count(claim, lane, -1);
  std::move(lane.waiting.begin(), lane.waiting.end(), std::back_inserter(back));
  lane.waiting.clear();
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
  for (Line* const line : {&proven_line_, &unproven_line_})
    while (!line->empty()) take_waiting(*line->front(), back);
  return back;
}

store::Capacity Traffic::capacity() const {
  const int all = claims_left();
  const int ahead = unproven_bytes_ < kMostBytes / 4
                        ? std::min(kTurnsAhead * unproven_pace_.at(turn_), senders_ * kDepth / 4)
                        : 0;
  const int unproven = std::min(all, most_unproven() + ahead - unproven_);
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
  return std::min(lane.window.size() + kTurnsAhead * lane.pace.at(turn_), claims_left()) - held;
}

int Traffic::window_slots() const {
  int slots = 0;
  for (const auto& [webhook, lane] : lanes_) slots += lane.window.size();
  return slots;
}

}  // namespace webhooks::worker
