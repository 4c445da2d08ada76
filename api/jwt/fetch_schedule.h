#pragma once

#include <chrono>

#include "common/base/time.h"

namespace webhooks::jwt {

// Decides when the keys are fetched again. Pure: it is told what happens, and when.
class FetchSchedule {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  struct Waits {
    Millis refresh = std::chrono::minutes(10);  // after a good fetch
    Millis first_retry = std::chrono::seconds(5);
    Millis longest_retry = std::chrono::minutes(5);  // what the retries' doubling ends at
    // Tokens with a key that nobody knows cost the provider at most one fetch in this time.
    Millis between_asked = std::chrono::seconds(5);
  };

  FetchSchedule(Waits waits, Instant now) : waits_(waits), due_(now) {}

  Instant due() const { return due_; }

  // A token names a key that is not known. True: a fetch is on its way or due now, so that asking
  // again soon is worth it.
  bool asked(Instant now);

  void begun(Instant now);
  void ended(Instant now, bool good);

 private:
  Waits waits_;
  Instant due_;
  Instant last_begun_{};
  bool ever_begun_ = false;
  bool fetching_ = false;
  Millis retry_{0};  // 0: the last fetch was good
};

}  // namespace webhooks::jwt
