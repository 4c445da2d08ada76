#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "common/base/time.h"
#include "common/domain/outcome.h"

namespace webhooks {

// When a failed delivery is tried again.
struct RetryPolicy {
  // The wait before attempt 1, 2, …; as many attempts as entries.
  std::vector<Millis> waits = default_waits();
  double jitter = 0.2;  // a wait is spread evenly over ± this share

  static std::vector<Millis> default_waits();
};

// What an attempt means for its delivery.
struct Delivered {};
struct RetryAt {
  Time due;
};
struct GaveUp {
  std::string reason;
  bool gone = false;  // 410: the webhook is to be turned inactive
};
using Verdict = std::variant<Delivered, RetryAt, GaveUp>;

// Decides from the outcome alone. `attempt`: this attempt's number in its round, from 1 (a manual
// retry begins a new round). `random`: uniform in [0, 1). Retry-After (RFC 9110 §10.2.3, seconds or
// HTTP-date) counts on 429 and 503: it may push a retry later, never nearer, at most
// limits::kLongestRetryAfter.
Verdict judge(const RetryPolicy& policy, const Outcome& outcome, std::int64_t attempt, Time now,
              double random);

// What it means that the worker went away in the middle of an attempt, for the `losses`-th time in
// this round. Nobody knows what came of it, so it is made again: at once the first time, then after
// growing waits, so that a delivery that brings the worker down each time leaves it time for the
// others, and finally not any more. `random`: uniform in [0, 1).
Verdict judge_lost(std::int64_t losses, Time now, double random);

// What the log calls it: "delivered", "retry", "failed" or "gone".
std::string_view name(const Verdict& verdict);

// The wait that Retry-After asks for; nullopt when it is neither seconds nor an HTTP-date (RFC 9110
// §5.6.7).
std::optional<Millis> parse_retry_after(std::string_view value, Time now);

}  // namespace webhooks
