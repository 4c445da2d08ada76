#include "worker/traffic.h"

#include <algorithm>

#include "common/base/assert.h"

namespace webhooks::worker {

void Traffic::started(const store::Claim& claim) {
  ++lanes_[claim.key.webhook].in_flight;
  ++in_flight_;
  if (!claim.proven) ++unproven_in_flight_;
}

void Traffic::finished(const store::Settlement& settlement) {
  const auto at = lanes_.find(settlement.claim.key.webhook);
  WEBHOOKS_ASSERT(at != lanes_.end() && at->second.in_flight > 0);
  Lane& lane = at->second;
  --lane.in_flight;
  --in_flight_;
  if (!settlement.claim.proven) --unproven_in_flight_;
  if (settlement.attempted) lane.window.settle(settlement.outcome, std::max(senders_ / 2, 1));
  if (lane.in_flight == 0 && lane.window.size() == Window::kInitial) lanes_.erase(at);
  // Windows of webhooks that are idle are soon found anew.
  if (lanes_.size() > kMostLanes)
    std::erase_if(lanes_, [](const auto& entry) { return entry.second.in_flight == 0; });
}

int Traffic::window_slots() const {
  int slots = 0;
  for (const auto& [webhook, lane] : lanes_) slots += lane.window.size();
  return slots;
}

int Traffic::room_for_unproven() const {
  return std::min(room_for_all(), std::max(senders_ / 2, 1) - unproven_in_flight_);
}

int Traffic::room(std::int64_t webhook, const Health& health) const {
  const auto at = lanes_.find(webhook);
  const int in_flight = at == lanes_.end() ? 0 : at->second.in_flight;
  if (!health.proven) return in_flight == 0 ? 1 : 0;
  return (at == lanes_.end() ? Window::kInitial : at->second.window.size()) - in_flight;
}

}  // namespace webhooks::worker
