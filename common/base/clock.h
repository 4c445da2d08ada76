#pragma once

#include "common/base/time.h"

namespace webhooks {

// The one door to wall-clock time. Decisions take `now` as an argument; only shells hold a Clock.
// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override {
    return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  }
};

}  // namespace webhooks
