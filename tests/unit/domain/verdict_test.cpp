#include "common/domain/verdict.h"

#include <catch2/catch.hpp>

using namespace webhooks;
using namespace std::chrono_literals;

namespace {

const Time kNow = parse_rfc3339("2025-11-26T09:52:00Z").value();

Outcome answered(int status, std::optional<std::string> retry_after = {}) {
  Outcome outcome;
  outcome.status_code = status;
  outcome.retry_after = std::move(retry_after);
  return outcome;
}

Outcome failed(SendError error) {
  Outcome outcome;
  outcome.error = error;
  return outcome;
}

Millis wait_of(const Outcome& outcome, std::int64_t attempt, double random = 0.5) {
  return std::get<RetryAt>(judge(RetryPolicy{}, outcome, attempt, kNow, random)).due - kNow;
}

std::string reason_of(const Outcome& outcome, std::int64_t attempt) {
  return std::get<GaveUp>(judge(RetryPolicy{}, outcome, attempt, kNow, 0.5)).reason;
}

}  // namespace

TEST_CASE("any 2xx is success, and only a whole one") {
  for (const int status : {200, 202, 204, 299})
    CHECK(std::holds_alternative<Delivered>(judge(RetryPolicy{}, answered(status), 1, kNow, 0.5)));
  Outcome cut = answered(200);
  cut.error = SendError::connection_closed;
  CHECK(std::holds_alternative<RetryAt>(judge(RetryPolicy{}, cut, 1, kNow, 0.5)));
}

TEST_CASE("everything else is retried by the schedule") {
  const Millis waits[] = {5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
  for (std::int64_t attempt = 1; attempt <= 9; ++attempt) {
    CHECK(wait_of(answered(500), attempt) == waits[attempt - 1]);
    CHECK(wait_of(answered(301), attempt) == waits[attempt - 1]);
    CHECK(wait_of(failed(SendError::timeout), attempt) == waits[attempt - 1]);
  }
}

TEST_CASE("the tenth failure is the last, and says what it was") {
  CHECK(reason_of(answered(500), 10) == "status 500 after 10 attempts");
  CHECK(reason_of(failed(SendError::connect_refused), 10) == "connect_refused after 10 attempts");
}

TEST_CASE("jitter spreads a wait over a fifth to both sides") {
  CHECK(wait_of(answered(500), 1, 0.0) == 4s);
  CHECK(wait_of(answered(500), 1, 0.999999) >= 5999ms);
  CHECK(wait_of(answered(500), 1, 0.999999) <= 6s);
}

TEST_CASE("410 gives up at once") {
  const Verdict verdict = judge(RetryPolicy{}, answered(410), 1, kNow, 0.5);
  CHECK(std::get<GaveUp>(verdict).gone);
  CHECK(name(verdict) == "gone");
}

TEST_CASE("Retry-After pushes a retry later, never nearer, at most a day") {
  CHECK(wait_of(answered(429, "60"), 1) == 60s);
  CHECK(wait_of(answered(503, "1"), 1) == 5s);
  CHECK(wait_of(answered(503, "Wed, 26 Nov 2025 10:52:00 GMT"), 1) == 1h);
  CHECK(wait_of(answered(503, "Wed, 26 Nov 2025 08:52:00 GMT"), 1) == 5s);
  CHECK(wait_of(answered(503, "99999999"), 1) == 24h);
  CHECK(wait_of(answered(503, "99999999999999999999999"), 1) == 24h);
  CHECK(wait_of(answered(503, "soon"), 1) == 5s);
  CHECK(wait_of(answered(503, "-5"), 1) == 5s);
  CHECK(wait_of(answered(503, ""), 1) == 5s);
  CHECK(wait_of(answered(500, "60"), 1) == 5s);
}

TEST_CASE(
    "an attempt whose worker went away is made again at once, then later and later, then no more") {
  const Time now{1'000'000ms};
  Time last = now;
  Millis in_all{};
  std::int64_t losses = 1;
  for (;; ++losses) {
    const Verdict verdict = judge_lost(losses, now, 0.5);
    if (const auto* const end = std::get_if<GaveUp>(&verdict)) {
      CHECK(end->reason == "worker_lost 11 times: the worker went away in the middle");
      CHECK_FALSE(end->gone);
      break;
    }
    const Time due = std::get<RetryAt>(verdict).due;
    CHECK((losses == 1 ? due == now : due > last));
    last = due;
    in_all += due - now;
  }
  CHECK(in_all > 12h);  // a release whose workers do not stay up costs nobody a delivery by morning
  CHECK(losses == 11);
  CHECK(std::get<RetryAt>(judge_lost(3, now, 0.0)).due == now + 4s);
  CHECK(std::get<RetryAt>(judge_lost(3, now, 1.0)).due == now + 6s);
}
