#include "api/access/rate_limit.h"

#include "tests/unit/api/service.h"

using namespace webhooks;
using namespace webhooks::api;
using namespace webhooks::api::test;
using namespace std::chrono_literals;

namespace {

const Time kNow = Time(Millis(1'764'150'720'000));

}  // namespace

TEST_CASE("a bucket gives its burst at once, and then what flows in") {
  RateLimiter limiter;
  const Rate rate{10, 3};
  for (const std::int64_t left : {2, 1, 0}) {
    const auto verdict = limiter.take("a", rate, kNow);
    CHECK(verdict.admitted);
    CHECK(verdict.remaining == left);
    CHECK(verdict.full_in == Millis(100 * (3 - left)));
  }
  const auto refused = limiter.take("a", rate, kNow);
  CHECK_FALSE(refused.admitted);
  CHECK(refused.remaining == 0);
  CHECK(refused.retry_in == 100ms);
  CHECK_FALSE(limiter.take("a", rate, kNow + 99ms).admitted);
  CHECK(limiter.take("a", rate, kNow + 100ms).admitted);
  CHECK_FALSE(limiter.take("a", rate, kNow + 100ms).admitted);
  CHECK(limiter.take("b", rate, kNow).admitted);  // everybody has a bucket of his own
  CHECK(limiter.take("a", rate, kNow + 10s).remaining == 2);
}

TEST_CASE("in the long run exactly the rate is admitted") {
  RateLimiter limiter;
  int admitted = 0;
  for (int ms = 0; ms < 10'000; ++ms)
    if (limiter.take("a", {50, 20}, kNow + Millis(ms)).admitted) ++admitted;
  CHECK(admitted == 20 + 10 * 50 - 1);  // the last one's time comes at the end of the ten seconds
}

TEST_CASE("a clock that was set back locks nobody out") {
  RateLimiter limiter;
  const Rate rate{10, 5};
  while (limiter.take("a", rate, kNow).admitted) {
  }
  CHECK_FALSE(limiter.take("a", rate, kNow - 24h).admitted);
  CHECK(limiter.take("a", rate, kNow - 24h + 500ms).admitted);
}

TEST_CASE("memory is bounded, and idle buckets go first") {
  RateLimiter limiter;
  const Rate rate{1, 10};
  for (std::size_t i = 0; i < RateLimiter::kMostBuckets + 10'000; ++i)
    limiter.take("caller " + std::to_string(i), rate, kNow);
  CHECK(limiter.size() <= RateLimiter::kMostBuckets);
  for (std::size_t i = 0; i < 1000; ++i) limiter.take("late " + std::to_string(i), rate, kNow + 1h);
  CHECK(limiter.size() <= RateLimiter::kMostBuckets);
}

TEST_CASE("answers say what is left, and a refusal when to come again") {
  Service service;
  service.rate = {10, 2};
  const auto ask = [&](const std::string& key) { return service.ask(key, "GET", "/webhooks"); };
  const auto first = ask(service.partner);
  CHECK(first.status == 200);
  CHECK(header(first, "RateLimit-Policy") == "\"default\";q=2;w=1");
  CHECK(header(first, "RateLimit") == "\"default\";r=1;t=1");
  CHECK(service.ask(service.partner, "GET", "/webhooks/wh_none").status == 404);
  const auto refused = ask(service.partner);
  CHECK(refused.status == 429);
  CHECK(code(refused) == "rate-limited");
  CHECK(header(refused, "Retry-After") == "1");
  CHECK(header(refused, "RateLimit") == "\"default\";r=0;t=1");
  CHECK(ask(service.stranger).status == 200);
  CHECK(ask("").status == 401);
  CHECK(header(ask(""), "RateLimit").empty());
  // The platform's own systems may do much more.
  CHECK(header(service.ask(service.admin, "GET", "/contracts"), "RateLimit-Policy") ==
        "\"default\";q=40;w=1");
  service.clock.time += 100ms;
  CHECK(ask(service.partner).status == 200);
}
