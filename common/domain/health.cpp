#include "common/domain/health.h"

#include <algorithm>

#include "common/domain/limits.h"

namespace webhooks {
namespace {

using namespace std::chrono_literals;

constexpr Millis kShortestHold = 1s;
constexpr Millis kLongestHold = 5min;

bool is_overload(const Outcome& outcome) {
  if (outcome.status_code == 429 || outcome.status_code == 503) return true;
  if (!outcome.error) return false;
  switch (*outcome.error) {
    case SendError::timeout:
    case SendError::connect_timeout:
    case SendError::connect_refused:
    case SendError::connect_failed:
    case SendError::connection_closed:
    case SendError::tls_handshake:
    case SendError::dns_timeout:
    case SendError::dns_failure:
      return true;
    case SendError::invalid_url:
    case SendError::blocked_address:
    case SendError::tls_certificate:
    case SendError::malformed_response:
    case SendError::response_too_large:
    case SendError::internal:
      return false;
  }
  return false;
}

}  // namespace

Health after_attempt(Health health, const Outcome& outcome, Time now) {
  if (outcome.succeeded()) return {0, std::nullopt, std::nullopt, proves(outcome)};
  health.proven = false;
  health.failures += 1;
  // What we fail to send says nothing about the endpoint, so its failing has not lasted until now.
  if (!health.failing_since || outcome.error == SendError::internal) health.failing_since = now;
  if (is_probing(health)) {
    const auto doublings = std::min<std::int64_t>(health.failures - kProbeAfter, 10);
    health.hold_until =
        now + std::min(kShortestHold * (std::int64_t{1} << doublings), kLongestHold);
  }
  return health;
}

bool is_broken(const Health& health, Time now, Millis longest) {
  return health.failing_since && now - *health.failing_since >= longest;
}

void Window::settle(const Outcome& outcome, int ceiling) {
  if (outcome.succeeded())
    size_ = std::min(size_ + 1, std::max(ceiling, 1));
  else if (is_overload(outcome))
    size_ = std::max(size_ / 2, 1);
}

}  // namespace webhooks
