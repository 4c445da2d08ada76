#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/guarded.h"
#include "common/base/time.h"

namespace webhooks::api {

// A token bucket's size: `burst` requests at once, refilled by `per_second`. 0 a second: no limit.
struct Rate {
  int per_second = 0;
  int burst = 0;

  bool is_limited() const { return per_second > 0; }
  // As one of a role that may do `factor` times as much.
  Rate times(int factor) const { return {per_second * factor, burst * factor}; }
};

struct RateVerdict {
  bool admitted = true;
  std::int64_t remaining = 0;  // requests that would be admitted right now
  Millis full_in{0};           // until the bucket is full again
  Millis retry_in{0};          // when not admitted: until one request would be
};

// One bucket a caller. Kept as the one moment at which it would be full again (the generic cell
// rate algorithm of ITU-T I.371), so a bucket that is full needs no memory. Pure but for its lock:
// time is told. Thread-safe.
class RateLimiter {
 public:
  // Takes one request of `name` out of its bucket.
  RateVerdict take(std::string_view name, const Rate& rate, Time now);

  std::size_t size() const;  // buckets that are held

  static constexpr std::size_t kMostBuckets = 65'536;

 private:
  using Nanos = std::chrono::nanoseconds;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Shard = std::unordered_map<std::string, Nanos, Hash, std::equal_to<>>;
  static void make_room(Shard& shard, Nanos now);

  static constexpr std::size_t kShards = 16;  // so that I/O threads seldom meet at a lock
  mutable std::array<Guarded<Shard>, kShards> shards_;
};

// `RateLimit` and `RateLimit-Policy` of an answer (draft-ietf-httpapi-ratelimit-headers-10).
std::string rate_limit_header(const RateVerdict& verdict);
std::string rate_policy_header(const Rate& rate);
// `Retry-After`: whole seconds, at least one.
std::string retry_after_header(const RateVerdict& verdict);

}  // namespace webhooks::api
