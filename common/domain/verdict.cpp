#include "common/domain/verdict.h"

#include <algorithm>
#include <charconv>
#include <date/date.h>
#include <fmt/format.h>
#include <sstream>

#include "common/domain/limits.h"

namespace webhooks {
namespace {

using namespace std::chrono_literals;

constexpr int kGone = 410;

std::string describe(const Outcome& outcome) {
  if (outcome.error) return std::string(to_string(*outcome.error));
  return fmt::format("status {}", outcome.status_code.value_or(0));
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
  const double spread = 1.0 + policy.jitter * (2.0 * random - 1.0);
  const Millis jittered(static_cast<Millis::rep>(static_cast<double>(wait.count()) * spread));
  return RetryAt{now + std::max(jittered, asked_wait(outcome, now))};
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
