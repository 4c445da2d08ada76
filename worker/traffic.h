#pragma once

#include <cstdint>
#include <unordered_map>

#include "common/domain/health.h"
#include "common/store/turn_store.h"

namespace webhooks::worker {

// What this worker has in flight, and how much more may go to whom. Pure bookkeeping, used by the
// turn's thread.
class Traffic {
 public:
  explicit Traffic(int senders) : senders_(senders) {}

  void started(const store::Claim& claim);
  void finished(const store::Settlement& settlement);

  // Claims per sender, the one it works on included: while one turn is on its way to disk the
  // senders go on with what waits for them. With 1 they idle through every commit.
  static constexpr int kDepth = 4;

  int in_flight() const { return in_flight_; }
  // Webhooks that are busy or whose window has moved, and what may be in flight to them together.
  int windows() const { return static_cast<int>(lanes_.size()); }
  int window_slots() const;
  // How many more claims this worker can use.
  int room_for_all() const { return senders_ * kDepth - in_flight_; }
  // Of these, what may go to webhooks that are not proven: together they never hold more than half
  // of the senders.
  int room_for_unproven() const;
  // How many more claims there may be of that webhook: its window, or one until it is proven, so
  // that endpoints which hang from the start leave their share to other new ones.
  int room(std::int64_t webhook, const Health& health) const;

 private:
  struct Lane {
    Window window;
    int in_flight = 0;
  };

  static constexpr std::size_t kMostLanes = 10'000;

  const int senders_;
  int in_flight_ = 0;
  int unproven_in_flight_ = 0;
  std::unordered_map<std::int64_t, Lane>
      lanes_;  // of webhooks that are busy or whose window has moved
};

}  // namespace webhooks::worker
