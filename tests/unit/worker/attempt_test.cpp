#include "worker/attempt.h"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "common/domain/signature.h"
#include "tests/unit/worker/fakes.h"

using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;

namespace {

store::Settlement attempt(FakeSender& sender, store::Claim claim) {
  StillClock clock;
  FixedRandom random;
  return make_attempt(sender, std::move(claim), AttemptPolicy{}, clock, random);
}

std::string header(const SendRequest& request, const std::string& name) {
  for (const auto& [key, value] : request.headers)
    if (key == name) return value;
  return "";
}

}  // namespace

TEST_CASE("an attempt carries the Standard Webhooks headers over exactly the bytes it sends") {
  FakeSender sender;
  auto one = claim(1, 42);
  one.secrets = {"new", "old"};
  const auto settlement = attempt(sender, one);
  REQUIRE(sender.requests.size() == 1);
  const SendRequest& request = sender.requests[0];
  CHECK(request.url.text == "https://hooks.example/in");
  CHECK(request.connection_key == "7");  // never shared between partners
  CHECK(header(request, "webhook-id") == "evt_1");
  CHECK(header(request, "webhook-timestamp") == "1764150720");
  const auto at = std::chrono::sys_seconds(std::chrono::seconds(1764150720));
  CHECK(header(request, "webhook-signature") ==
        sign("evt_1", at, sender.bodies[0], {"new", "old"}));
  CHECK(
      sender.bodies[0] ==
      R"({"id":"evt_1","type":"product.added","timestamp":"2025-11-26T09:52:00.000Z","contract_id":"CTR-1",)"
      R"("subject":"product/PR-7","sequence":42,"data":{"product_id":"PR-7"}})");
  CHECK(std::holds_alternative<Delivered>(settlement.verdict));
}

TEST_CASE("an attempt is a span of its producer's trace, and of none without one") {
  FakeSender sender;
  auto one = claim(1, 1);
  const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736";
  one.event.origin.traceparent = trace + "-00f067aa0ba902b7-01";
  attempt(sender, one);
  one.event.origin.traceparent = "00-nonsense";
  attempt(sender, one);
  REQUIRE(sender.requests.size() == 2);
  CHECK(header(sender.requests[0], "traceparent") == trace + "-7f7f7f7f7f7f7f7f-01");
  CHECK(header(sender.requests[1], "traceparent").empty());
}

TEST_CASE("the round's attempt decides the next wait") {
  FakeSender sender;
  sender.answer = [](const SendRequest&) { return answered(500); };
  auto one = claim(1, 1);
  one.attempt = 12;
  one.round_attempt = 2;
  const auto settlement = attempt(sender, one);
  const Millis wait = std::get<RetryAt>(settlement.verdict).due - kNow;
  CHECK(wait > std::chrono::minutes(4));
  CHECK(wait < std::chrono::minutes(6));
}

TEST_CASE("a URL that is no longer acceptable fails the attempt without a request") {
  FakeSender sender;
  auto one = claim(1, 1);
  one.url = "http://hooks.example/in";
  CHECK(attempt(sender, one).outcome.error == SendError::invalid_url);
  CHECK(sender.requests.empty());
}

TEST_CASE("a sender that throws is a failed attempt, not a dead worker") {
  FakeSender sender;
  sender.answer = [](const SendRequest&) -> Outcome { throw std::runtime_error("no descriptors"); };
  const auto settlement = attempt(sender, claim(1, 1));
  CHECK(settlement.outcome.error == SendError::internal);
  CHECK(std::holds_alternative<RetryAt>(settlement.verdict));
}

TEST_CASE("an event that expired while its claim waited for a sender is not sent") {
  FakeSender sender;
  auto one = claim(1, 1);
  one.event.expires_at = kNow;
  CHECK_FALSE(attempt(sender, one).attempted);
  one.event.expires_at = kNow + Millis(1);
  CHECK(attempt(sender, one).attempted);
  CHECK(sender.requests.size() == 1);
}

TEST_CASE("a claim that waited too long for a sender is not begun") {
  FakeSender sender;
  auto one = claim(1, 1);
  one.lease_until = kNow + AttemptPolicy{}.timeout;
  CHECK_FALSE(attempt(sender, one).attempted);
  CHECK(sender.requests.empty());
}
