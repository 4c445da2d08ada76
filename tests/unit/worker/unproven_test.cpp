#include <catch2/catch.hpp>

#include "tests/unit/worker/traffic_story.h"

// Of webhooks that are not proven.
using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;

TEST_CASE("webhooks that are not proven hold at most half of the senders, probed ones a quarter") {
  Traffic traffic(8);
  CHECK(traffic.capacity().unproven == 4);
  CHECK(traffic.capacity().probed == 2);
  for (int i = 0; i < 2; ++i) {
    store::Claim probe = claim(i, i, false);
    probe.health.failures = kProbeAfter;
    traffic.add(std::move(probe));
  }
  CHECK(traffic.capacity().probed == 0);
  for (int i = 0; i < 2; ++i) traffic.add(claim(10 + i, i, false));
  CHECK(traffic.capacity().unproven == 0);
  CHECK(traffic.capacity().all == 2 * 8 - 4);
  traffic.finished(settled(traffic.next().value(), 200));
  idle(traffic);
  CHECK(traffic.capacity().unproven == 1);
  CHECK(traffic.capacity().probed == 1);
  CHECK(traffic.in_flight() == 3);
}

TEST_CASE("new webhooks are claimed ahead as far as they turn out to be fast") {
  Traffic traffic(64);
  CHECK(traffic.capacity().unproven == 32);
  std::int64_t webhook = 0;
  for (const int expected :
       {32 + Traffic::kTurnsAhead * 32, 32 + Traffic::kTurnsAhead * 160, 32 + 768}) {
    for (int claims = traffic.capacity().unproven; claims > 0; --claims)
      traffic.add(claim(++webhook, 1, false));
    CHECK(traffic.capacity().unproven == 0);
    while (auto next = traffic.next()) traffic.finished(settled(std::move(*next), 200));
    traffic.begin_turn();
    CHECK(traffic.capacity().unproven == expected);
  }
  idle(traffic);
  CHECK(traffic.capacity().unproven == 32);
}

TEST_CASE("new webhooks that fail or time out are not claimed ahead") {
  Traffic traffic(64);
  for (int webhook = 1; webhook <= 32; ++webhook) traffic.add(claim(webhook, 1, false));
  while (auto next = traffic.next()) {
    store::Settlement slow = settled(std::move(*next), 200);
    if (slow.claim.key.webhook % 2 == 0) slow.outcome = answered(500);
    if (slow.claim.key.webhook % 2 == 1) slow.outcome.duration = kSlow + Millis(1);
    traffic.finished(slow);
  }
  traffic.begin_turn();
  CHECK(traffic.capacity().unproven == 32);
}

TEST_CASE("new webhooks with large events leave most of the bytes to the others") {
  Traffic traffic(64);
  for (int webhook = 1; webhook <= 32; ++webhook) traffic.add(claim(webhook, 1, false));
  while (auto next = traffic.next()) traffic.finished(settled(std::move(*next), 200));
  const auto add_large = [&traffic](std::int64_t webhook) {
    store::Claim large = claim(webhook, 1, false);
    large.event.data = std::string(64 * 1024, ' ');
    traffic.add(std::move(large));
  };
  std::int64_t webhook = 100;
  while (traffic.capacity().unproven > 0) add_large(++webhook);
  CHECK(traffic.waiting() == 64);
  CHECK(traffic.capacity().bytes == Traffic::kMostBytes * 3 / 4);
  while (auto next = traffic.next()) traffic.finished(settled(std::move(*next), 200));
  CHECK(traffic.capacity().bytes == Traffic::kMostBytes);
}

TEST_CASE("new webhooks that hang have half of the senders, however many were claimed ahead") {
  Traffic traffic(64);
  for (int webhook = 1; webhook <= 500; ++webhook)
    traffic.add(claim_of(webhook % 100, webhook, false));
  std::vector<store::Claim> hanging;
  while (auto next = traffic.next()) hanging.push_back(std::move(*next));
  CHECK(hanging.size() == 32);
  CHECK_FALSE(traffic.has_next());
  traffic.add(claim(1000, 1));
  CHECK(traffic.next().value().key.webhook == 1000);  // proven, and behind them all
  traffic.finished(settled(std::move(hanging.front()), 200));
  CHECK(traffic.next().value().key.webhook == 33);
  CHECK_FALSE(traffic.has_next());
}

TEST_CASE("one partner's new webhooks that hang leave senders to another's") {
  Traffic traffic(64);
  for (int webhook = 1; webhook <= 500; ++webhook) traffic.add(claim_of(1, webhook, false));
  CHECK(begin_all(traffic).size() == 24);
  CHECK(traffic.held(1).unproven == 500);
  traffic.add(claim_of(2, 1001, false));
  CHECK(traffic.next().value().key.webhook == 1001);
  CHECK_FALSE(traffic.has_next());
  CHECK(traffic.held(2).unproven == 1);
  CHECK(traffic.held(3).unproven == 0);
}

TEST_CASE("partners take turns for what is new, however much one of them has") {
  Traffic traffic(64);
  for (int webhook = 1; webhook <= 5; ++webhook) traffic.add(claim_of(1, webhook, false));
  traffic.add(claim_of(2, 10, false));
  traffic.add(claim_of(2, 11, false));
  std::vector<std::int64_t> begun;
  while (const auto next = traffic.next()) begun.push_back(next->key.webhook);
  CHECK(begun == std::vector<std::int64_t>{1, 10, 2, 11, 3, 4, 5});
}

TEST_CASE("what a partner holds is counted, probes apart, until it ends or goes back") {
  Traffic traffic(64);
  store::Claim probe = claim_of(1, 1, false);
  probe.health.failures = kProbeAfter;
  traffic.add(std::move(probe));
  traffic.add(claim_of(1, 2, false));
  traffic.add(claim_of(1, 3, true));
  CHECK(traffic.held(1).unproven == 2);
  CHECK(traffic.held(1).probed == 1);
  traffic.finished(settled(traffic.next().value(), 200));
  CHECK(traffic.held(1).unproven == 1);
  CHECK(traffic.held(1).probed == 0);
  traffic.withdraw();
  CHECK(traffic.held(1).unproven == 0);
}

TEST_CASE("proven webhooks and new ones begin in the order in which they came") {
  Traffic traffic(64);
  traffic.add(claim(1, 1, false));
  traffic.add(claim(2, 1));
  traffic.add(claim(3, 1, false));
  traffic.add(claim(4, 1));
  for (const std::int64_t webhook : {1, 2, 3, 4}) CHECK(traffic.next()->key.webhook == webhook);
}

TEST_CASE("with one sender everybody may use it") {
  CHECK(Traffic(1).capacity().unproven == 1);
  CHECK(Traffic(1).capacity().probed == 1);
}
