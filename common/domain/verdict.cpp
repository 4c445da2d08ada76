#include "common/domain/verdict.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <date/date.h>
#include <fmt/format.h>
#include <sstream>

#include "common/domain/limits.h"

namespace webhooks {
namespace {

using namespace std::chrono_literals;

constexpr int kGone = 410;
constexpr double kLossJitter = 0.2;
// After the first loss, the second, …; one more is the last. Together 17 hours: workers that cannot
// stay up for an evening lose what they had claimed again and again, sent or not, and none of it
// may end.
constexpr std::array<Millis, 10> kWaitsAfterLoss{0s, 1s, 5s, 15s, 1min, 5min, 15min, 1h, 4h, 12h};

std::string describe(const Outcome& outcome) {
  if (outcome.error) return std::string(to_string(*outcome.error));
  return fmt::format("status {}", outcome.status_code.value_or(0));
}

// `share`: evenly around the wait, by at most this much of it.
Millis jittered(Millis wait, double share, double random) {
  const double spread = 1.0 + share * (2.0 * random - 1.0);
  return Millis(static_cast<Millis::rep>(static_cast<double>(wait.count()) * spread));
}

Millis asked_wait(const Outcome& outcome, Time now) {
  if (!outcome.retry_after || (outcome.status_code != 429 && outcome.status_code != 503))
    return 0ms;
  return std::min(parse_retry_after(*outcome.retry_after, now).value_or(0ms),
                  limits::kLongestRetryAfter);
}

}  // namespace

std::vector<Millis> RetryPolicy::default_waits() {
  return {0s, 5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
}

std::optional<Millis> parse_retry_after(std::string_view value, Time now) {
  std::uint32_t seconds = 0;
  const char* const end = value.data() + value.size();
  const bool digits =
      !value.empty() && value.find_first_not_of("0123456789") == std::string_view::npos;
  if (digits) {
    const auto [stop, error] = std::from_chars(value.data(), end, seconds);
    if (error == std::errc::result_out_of_range) return limits::kLongestRetryAfter;
    return std::chrono::seconds(seconds);
  }
  date::sys_time<std::chrono::seconds> when;
  std::istringstream in{std::string(value)};
  in >> date::parse("%a, %d %b %Y %T GMT", when);
  if (in.fail()) return std::nullopt;
  return std::max(0ms, std::chrono::duration_cast<Millis>(Time(when.time_since_epoch()) - now));
}

Verdict judge(const RetryPolicy& policy, const Outcome& outcome, std::int64_t attempt, Time now,
              double random) {
  if (outcome.succeeded()) return Delivered{};
  if (!outcome.error && outcome.status_code == kGone) return GaveUp{"status 410", true};
  if (attempt >= static_cast<std::int64_t>(policy.waits.size()))
    return GaveUp{fmt::format("{} after {} attempts", describe(outcome), attempt), false};
  const Millis wait = policy.waits[static_cast<std::size_t>(std::max<std::int64_t>(attempt, 0))];
  return RetryAt{now + std::max(jittered(wait, policy.jitter, random), asked_wait(outcome, now))};
}

Verdict judge_lost(std::int64_t losses, Time now, double random) {
  const auto waits = static_cast<std::int64_t>(kWaitsAfterLoss.size());
  if (losses > waits)
    return GaveUp{fmt::format("worker_lost {} times: the worker went away in the middle", losses),
                  false};
  const Millis wait =
      kWaitsAfterLoss[static_cast<std::size_t>(std::max<std::int64_t>(losses, 1)) - 1];
  return RetryAt{now + jittered(wait, kLossJitter, random)};
}

std::string_view name(const Verdict& verdict) {
  struct Namer {
    std::string_view operator()(const Delivered&) const { return "delivered"; }
    std::string_view operator()(const RetryAt&) const { return "retry"; }
    std::string_view operator()(const GaveUp& end) const { return end.gone ? "gone" : "failed"; }
  };
  return std::visit(Namer{}, verdict);
}

}  // namespace webhooks
