#pragma once

#include <cstdint>
#include <optional>

#include "common/base/time.h"
#include "common/domain/outcome.h"

namespace webhooks {

// How a webhook's endpoint has behaved of late; kept in the store, the same for every worker.
struct Health {
  std::int64_t failures = 0;          // attempts that failed in a row
  std::optional<Time> failing_since;  // when the first of them ended, or our own last fault
  std::optional<Time>
      hold_until;       // no attempt before: the endpoint is being probed, one delivery at a time
  bool proven = false;  // its last attempt succeeded, and fast: it may use all senders

  friend bool operator==(const Health&, const Health&) = default;
};

// From so many failures in a row the webhook is probed by one delivery at a time.
inline constexpr std::int64_t kProbeAfter = 5;
// An attempt that took longer does not prove an endpoint healthy.
inline constexpr Millis kSlow = std::chrono::seconds(2);

// Whether an attempt proves its endpoint healthy.
inline bool proves(const Outcome& outcome) {
  return outcome.succeeded() && outcome.duration <= kSlow;
}

// Health after one more attempt that ended at `now`. Between probes the hold doubles from 1 s to 5
// min.
Health after_attempt(Health health, const Outcome& outcome, Time now);

// True when it has done nothing but fail for `longest`.
bool is_broken(const Health& health, Time now, Millis longest);

inline bool is_probing(const Health& health) { return health.failures >= kProbeAfter; }

// How many attempts one worker has in flight to one webhook, at most.
// Grows by one on success, halves when the endpoint or the way to it is overloaded, never under
// one.
class Window {
 public:
  static constexpr int kInitial = 2;

  int size() const { return size_; }
  void settle(const Outcome& outcome, int ceiling);

 private:
  int size_ = kInitial;
};

}  // namespace webhooks
