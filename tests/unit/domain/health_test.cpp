#include "common/domain/health.h"

#include <catch2/catch.hpp>

#include "common/domain/limits.h"

using namespace webhooks;
using namespace std::chrono_literals;

namespace {

const Time kNow = parse_rfc3339("2025-11-26T09:52:00Z").value();

Outcome answered(int status, Millis duration = 20ms) {
  Outcome outcome;
  outcome.status_code = status;
  outcome.duration = duration;
  return outcome;
}

}  // namespace

TEST_CASE("one fast success proves an endpoint, a slow one does not") {
  CHECK(after_attempt({}, answered(200), kNow).proven);
  CHECK_FALSE(after_attempt({}, answered(200, 10s), kNow).proven);
  CHECK_FALSE(after_attempt(after_attempt({}, answered(200), kNow), answered(500), kNow).proven);
}

TEST_CASE("failures in a row lead to probing with a doubling hold, and one success ends it") {
  Health health;
  for (int i = 1; i < kProbeAfter; ++i) health = after_attempt(health, answered(500), kNow);
  CHECK_FALSE(is_probing(health));
  CHECK_FALSE(health.hold_until.has_value());
  health = after_attempt(health, answered(500), kNow);
  CHECK(is_probing(health));
  CHECK(health.hold_until == kNow + 1s);
  health = after_attempt(health, answered(500), kNow + 1s);
  CHECK(health.hold_until == kNow + 3s);
  for (int i = 0; i < 100; ++i) health = after_attempt(health, answered(500), kNow);
  CHECK(health.hold_until == kNow + 5min);
  CHECK(health.failing_since == kNow);
  CHECK(after_attempt(health, answered(204), kNow) == Health{0, {}, {}, true});
}

TEST_CASE("an endpoint is broken after five days of nothing but failures") {
  const Health health = after_attempt({}, answered(500), kNow);
  CHECK_FALSE(is_broken(health, kNow + limits::kGiveUpAfter - 1ms, limits::kGiveUpAfter));
  CHECK(is_broken(health, kNow + limits::kGiveUpAfter, limits::kGiveUpAfter));
  CHECK_FALSE(is_broken({}, kNow, 0ms));
}

TEST_CASE("what we fail to send says nothing about the endpoint, for however long") {
  Outcome our_fault;
  our_fault.error = SendError::internal;
  const Millis week = 24h * 7;
  Health health = after_attempt({}, answered(500), kNow);
  health = after_attempt(health, our_fault, kNow + week);
  CHECK(health.failures == 2);
  CHECK_FALSE(is_broken(health, kNow + week, limits::kGiveUpAfter));
  health = after_attempt(health, answered(500), kNow + week + 1s);
  CHECK_FALSE(is_broken(health, kNow + week + 1s, limits::kGiveUpAfter));
  for (int i = 0; i < kProbeAfter; ++i) health = after_attempt(health, our_fault, kNow + week);
  CHECK(is_probing(health));  // nor does a backlog use up its attempts meanwhile
}

TEST_CASE(
    "a window grows by one on success up to its ceiling, and halves on overload down to one") {
  Window window;
  for (int i = 0; i < 100; ++i) window.settle(answered(200), 64);
  CHECK(window.size() == 64);
  window.settle(answered(503), 64);
  CHECK(window.size() == 32);
  window.settle(answered(500), 64);
  CHECK(window.size() == 32);
  Outcome timeout;
  timeout.error = SendError::timeout;
  for (int i = 0; i < 10; ++i) window.settle(timeout, 64);
  CHECK(window.size() == 1);
}
