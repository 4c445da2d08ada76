#include "api/access/rate_limit.h"

#include <algorithm>

namespace webhooks::api {
namespace {

constexpr std::chrono::nanoseconds kSecond = std::chrono::seconds(1);

std::int64_t whole_seconds(Millis time) {
  return std::chrono::ceil<std::chrono::seconds>(time).count();
}

}  // namespace

// Full buckets are as good as none. When all are in use, somebody gets a full one early: a limit
// that is generous to a few beats memory without bound.
void RateLimiter::make_room(Shard& shard, Nanos now) {
  std::erase_if(shard, [now](const auto& bucket) { return bucket.second <= now; });
  if (shard.size() >= kMostBuckets / kShards) shard.erase(shard.begin());
}

RateVerdict RateLimiter::take(std::string_view name, const Rate& rate, Time now_ms) {
  const Nanos now = now_ms.time_since_epoch();
  const Nanos each = kSecond / rate.per_second;
  const Nanos whole = each * rate.burst;
  const std::size_t hash = Hash{}(name);
  // The map takes the hash's low bits.
  auto& guarded = shards_[hash >> 32 & (kShards - 1)];
  const auto [admitted, full_at] = guarded.with([&](Shard& shard) -> std::pair<bool, Nanos> {
    auto bucket = shard.find(name);
    // No further ahead than an empty bucket: the clock may have been set back.
    const Nanos before = bucket == shard.end() ? now : std::clamp(bucket->second, now, now + whole);
    const Nanos after = before + each;
    if (after - now > whole) {
      bucket->second = before;
      return {false, before};
    }
    if (bucket == shard.end()) {
      if (shard.size() >= kMostBuckets / kShards) make_room(shard, now);
      bucket = shard.emplace(std::string(name), after).first;
    }
    bucket->second = after;
    return {true, after};
  });
  RateVerdict verdict;
  verdict.admitted = admitted;
  verdict.remaining = (whole - (full_at - now)) / each;
  verdict.full_in = std::chrono::ceil<Millis>(full_at - now);
  if (!admitted) verdict.retry_in = std::chrono::ceil<Millis>(full_at + each - whole - now);
  return verdict;
}

std::size_t RateLimiter::size() const {
  std::size_t all = 0;
  for (auto& guarded : shards_)
    all += guarded.with([](const Shard& shard) { return shard.size(); });
  return all;
}

std::string rate_limit_header(const RateVerdict& verdict) {
  return "\"default\";r=" + std::to_string(verdict.remaining) +
         ";t=" + std::to_string(whole_seconds(verdict.full_in));
}

std::string rate_policy_header(const Rate& rate) {
  const std::int64_t window = (rate.burst + rate.per_second - 1) / rate.per_second;
  return "\"default\";q=" + std::to_string(rate.burst) + ";w=" + std::to_string(window);
}

std::string retry_after_header(const RateVerdict& verdict) {
  return std::to_string(std::max<std::int64_t>(1, whole_seconds(verdict.retry_in)));
}

}  // namespace webhooks::api
