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
  const bool probed = is_probing(claim.health);
  if (probed) probed_ += by;
  const auto bytes = by * static_cast<std::int64_t>(claim.event.data.size());
  bytes_ += bytes;
  lane.bytes += bytes;
  if (claim.health.proven) return;
  unproven_ += by;
  unproven_bytes_ += bytes;
  const auto partner = partners_.try_emplace(claim.partner).first;
  partner->second.held.unproven += by;
  partner->second.held.probed += probed ? by : 0;
  if (partner->second.held.unproven == 0) partners_.erase(partner);
}

void Traffic::add(store::Claim claim) {
  Lane& lane = lanes_[claim.key.webhook];
  count(claim, lane, 1);
  ++waiting_;
  lane.waiting.push_back(std::move(claim));
  if (lane.waiting.size() == 1) enter(lane);
}

void Traffic::enter(Lane& lane) {
  const store::Claim& first = lane.waiting.front();
  lane.place = ++last_place_;
  Line* line = &proven_line_;
  if (!first.health.proven) {
    Partner& partner = partners_.at(first.partner);
    if (partner.line.empty()) partner.in_round = round_.insert(round_.end(), &partner);
    line = &partner.line;
  }
  lane.in_line = line->insert(line->end(), &lane);
}

void Traffic::leave(Lane& lane) {
  const store::Claim& first = lane.waiting.front();
  if (first.health.proven) {
    proven_line_.erase(lane.in_line);
    return;
  }
  Partner& partner = partners_.at(first.partner);
  partner.line.erase(lane.in_line);
  if (partner.line.empty()) round_.erase(partner.in_round);
}

bool Traffic::may_begin(const Lane& lane) const {
  const int free = senders_ - under_way_;
  const auto under_way = static_cast<int>(lane.under_way.size());
  return under_way < lane.window.size() && under_way < std::max(free, 1);
}

// It passes over no more lanes than there are busy senders: who is passed over has one of them.
Traffic::Lane* Traffic::first_of(const Line& line) const {
  const auto at =
      std::find_if(line.begin(), line.end(), [this](const Lane* lane) { return may_begin(*lane); });
  return at == line.end() ? nullptr : *at;
}

// The same holds of partners.
Traffic::Lane* Traffic::first_unproven() const {
  const int left = most_unproven() - unproven_under_way_;
  if (left <= 0) return nullptr;
  for (const Partner* const partner : round_)
    if (partner->under_way < store::kPartnerShare * left)
      if (Lane* const lane = first_of(partner->line)) return lane;
  return nullptr;
}

Traffic::Lane* Traffic::whose_turn() const {
  if (under_way_ >= senders_) return nullptr;
  Lane* const proven = first_of(proven_line_);
  Lane* const unproven = first_unproven();
  if (!proven || !unproven) return proven ? proven : unproven;
  return proven->place < unproven->place ? proven : unproven;
}

bool Traffic::has_next() const { return whose_turn() != nullptr; }

std::optional<store::Claim> Traffic::next() {
  Lane* const lane = whose_turn();
  if (!lane) return std::nullopt;
  leave(*lane);
  store::Claim claim = std::move(lane->waiting.front());
  lane->waiting.pop_front();
  if (!lane->waiting.empty()) enter(*lane);
  --waiting_;
  ++under_way_;
  lane->under_way.push_back(claim.key.event);
  if (claim.health.proven) return claim;
  ++unproven_under_way_;
  Partner& partner = partners_.at(claim.partner);
  ++partner.under_way;
  if (!partner.line.empty()) round_.splice(round_.end(), round_, partner.in_round);
  return claim;
}

std::vector<store::Claim> Traffic::finished(const store::Settlement& settlement) {
  const store::Claim& claim = settlement.claim;
  const auto at = lanes_.find(claim.key.webhook);
  WEBHOOKS_ASSERT(at != lanes_.end());
  Lane& lane = at->second;
  const auto begun = std::find(lane.under_way.begin(), lane.under_way.end(), claim.key.event);
  WEBHOOKS_ASSERT(begun != lane.under_way.end());
  lane.under_way.erase(begun);
  --under_way_;
  if (!claim.health.proven) {
    --unproven_under_way_;
    --partners_.at(claim.partner).under_way;
  }
  count(claim, lane, -1);
  std::vector<store::Claim> back;
  if (settlement.attempted) {
    pace_.count(turn_);
    lane.pace.count(turn_);
    if (!claim.health.proven && proves(settlement.outcome)) unproven_pace_.count(turn_);
    lane.window.settle(settlement.outcome, std::max(senders_ / 2, 1));
    lane.failures = settlement.outcome.succeeded() ? 0 : lane.failures + 1;
    if (lane.failures >= kProbeAfter && !lane.waiting.empty()) take_waiting(lane, back);
  }
  forget_idle(at);
  return back;
}

void Traffic::take_waiting(Lane& lane, std::vector<store::Claim>& back) {
  leave(lane);
  waiting_ -= static_cast<int>(lane.waiting.size());
  for (const store::Claim& claim : lane.waiting) count(claim, lane, -1);
  std::move(lane.waiting.begin(), lane.waiting.end(), std::back_inserter(back));
  lane.waiting.clear();
}

// Windows of webhooks that are idle are soon found anew.
void Traffic::forget_idle(Lanes::iterator at) {
  const auto is_idle = [](const Lane& lane) {
    return lane.under_way.empty() && lane.waiting.empty();
  };
  const Lane& lane = at->second;
  if (is_idle(lane) && lane.window.size() == Window::kInitial && lane.failures == 0)
    lanes_.erase(at);
  if (lanes_.size() <= crowded_) return;
  std::erase_if(lanes_, [&](const auto& entry) { return is_idle(entry.second); });
  crowded_ = std::max(kMostLanes, 2 * lanes_.size());
}

std::vector<store::Claim> Traffic::withdraw() {
  std::vector<store::Claim> back;
  while (!proven_line_.empty()) take_waiting(*proven_line_.front(), back);
  while (!round_.empty()) take_waiting(*round_.front()->line.front(), back);
  return back;
}

std::vector<store::Claim> Traffic::withdraw(std::int64_t webhook) {
  std::vector<store::Claim> back;
  const auto at = lanes_.find(webhook);
  if (at == lanes_.end() || at->second.waiting.empty()) return back;
  take_waiting(at->second, back);
  forget_idle(at);
  return back;
}

int Traffic::claims_left() const {
  const int of_all = senders_ * kDepth - in_flight();
  const int of_pace = 2 * senders_ + kTurnsAhead * pace_.at(turn_) - in_flight();
  const int free = senders_ - under_way_;
  return std::max(std::min(of_all, std::max(of_pace, free)), 0);
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
  const auto held = static_cast<int>(lane.under_way.size() + lane.waiting.size());
  if (!health.proven) return held == 0 ? 1 : 0;
  if (lane.bytes > kMostBytes - bytes_) return 0;
  return std::min(lane.window.size() + kTurnsAhead * lane.pace.at(turn_), claims_left()) - held;
}

store::Held Traffic::held(std::int64_t partner) const {
  const auto at = partners_.find(partner);
  return at == partners_.end() ? store::Held{} : at->second.held;
}

bool Traffic::holds(std::int64_t webhook, std::int64_t event) const {
  const auto at = lanes_.find(webhook);
  if (at == lanes_.end()) return false;
  const Lane& lane = at->second;
  return std::find(lane.under_way.begin(), lane.under_way.end(), event) != lane.under_way.end() ||
         std::any_of(lane.waiting.begin(), lane.waiting.end(),
                     [event](const store::Claim& claim) { return claim.key.event == event; });
}

int Traffic::window_slots() const {
  int slots = 0;
  for (const auto& [webhook, lane] : lanes_) slots += lane.window.size();
  return slots;
}

}  // namespace webhooks::worker
