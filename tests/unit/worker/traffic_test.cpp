#include "worker/traffic.h"

#include <catch2/catch.hpp>
#include <map>

#include "tests/unit/worker/fakes.h"

using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;

namespace {

const Health kHealthy{0, {}, {}, true};

store::Settlement settled(store::Claim claim, int status) {
  return {std::move(claim), true, kNow, kNow, answered(status), Delivered{}};
}

store::Claim claim_of(std::int64_t partner, std::int64_t webhook, bool proven) {
  store::Claim one = claim(webhook, 1, proven);
  one.partner = partner;
  return one;
}

// Begins whatever may begin; how many that were of each webhook.
std::map<std::int64_t, int> begin_all(Traffic& traffic) {
  std::map<std::int64_t, int> begun;
  while (const auto claim = traffic.next()) ++begun[claim->key.webhook];
  return begun;
}

// As if so many attempts had gone well, one after the other: the window has opened.
void warm_up(Traffic& traffic, std::int64_t webhook, int attempts = 100) {
  for (int i = 0; i < attempts; ++i) {
    traffic.add(claim(webhook, i));
    traffic.finished(settled(traffic.next().value(), 200));
  }
}

void add(Traffic& traffic, std::int64_t webhook, int count) {
  for (int i = 0; i < count; ++i) traffic.add(claim(webhook, i));
}

// Turns in which nothing ends.
void idle(Traffic& traffic) {
  for (int i = 0; i < 30; ++i) traffic.begin_turn();
}

}  // namespace

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

TEST_CASE("a delivery is in hand from its claim to the end of its attempt") {
  Traffic traffic(64);
  CHECK_FALSE(traffic.holds(1, 5));
  traffic.add(claim(1, 5));
  CHECK(traffic.holds(1, 5));
  CHECK_FALSE(traffic.holds(1, 6));
  store::Claim under_way = traffic.next().value();
  CHECK(traffic.holds(1, 5));
  traffic.finished(settled(std::move(under_way), 200));
  CHECK_FALSE(traffic.holds(1, 5));
}

// Endpoints that take a second each: with 48 claims a sender the last would begin after 48 s, and
// go back instead after 15.
TEST_CASE("no more is claimed than ends while it waits, however slow the endpoints are") {
  Traffic traffic(64);
  CHECK(traffic.capacity().all == 128);
  std::int64_t webhook = 0;
  for (int turn = 0; turn < 50; ++turn) {
    for (int more = traffic.capacity().all; more > 0; --more) traffic.add(claim(++webhook, 1));
    for (int ended = 0; ended < 2; ++ended) traffic.finished(settled(traffic.next().value(), 200));
    traffic.begin_turn();
    CHECK(traffic.in_flight() <= 128 + 2 * Traffic::kTurnsAhead);
  }
}

TEST_CASE("who ends much in a turn has as much claimed ahead as senders can hold") {
  Traffic traffic(64);
  std::int64_t webhook = 0;
  for (const int expected : {128, 128 + 4 * 128, 128 + 4 * 640, 64 * Traffic::kDepth}) {
    CHECK(traffic.capacity().all == expected);
    for (int i = 0; i < expected; ++i) traffic.add(claim(++webhook, 1));
    while (auto next = traffic.next()) traffic.finished(settled(std::move(*next), 200));
    traffic.begin_turn();
  }
}

TEST_CASE("idle webhooks are forgotten, those with claims never") {
  Traffic traffic(64);
  for (int webhook = 1; webhook <= 25'000; ++webhook) warm_up(traffic, webhook, 1);
  CHECK(traffic.windows() <= 10'001);
  for (int webhook = 1; webhook <= 12'000; ++webhook) traffic.add(claim(webhook, 1));
  for (int webhook = 30'000; webhook <= 42'000; ++webhook) warm_up(traffic, webhook, 1);
  CHECK(traffic.waiting() == 12'000);
  CHECK(traffic.windows() <= 24'001);
  CHECK(traffic.withdraw().size() == 12'000);
}

TEST_CASE("proven webhooks and new ones begin in the order in which they came") {
  Traffic traffic(64);
  traffic.add(claim(1, 1, false));
  traffic.add(claim(2, 1));
  traffic.add(claim(3, 1, false));
  traffic.add(claim(4, 1));
  for (const std::int64_t webhook : {1, 2, 3, 4}) CHECK(traffic.next()->key.webhook == webhook);
}

TEST_CASE("a webhook of which claims wait from before and after it was proven goes on in turn") {
  Traffic traffic(64);
  traffic.add(claim(1, 1, false));
  traffic.add(claim(1, 2));
  traffic.add(claim(2, 1));
  CHECK(traffic.next()->key.event == 1);
  CHECK(traffic.next()->key.webhook == 2);
  CHECK(traffic.next()->key.event == 2);
  CHECK_FALSE(traffic.has_next());
  CHECK(traffic.waiting() == 0);
}

TEST_CASE("with one sender everybody may use it") {
  CHECK(Traffic(1).capacity().unproven == 1);
  CHECK(Traffic(1).capacity().probed == 1);
}

TEST_CASE("the data of what is in flight counts against the capacity") {
  Traffic traffic(8);
  store::Claim large = claim(1, 1);
  large.event.data = std::string(1000, ' ');
  traffic.add(std::move(large));
  CHECK(traffic.capacity().bytes == Traffic::kMostBytes - 1000);
  traffic.finished(settled(traffic.next().value(), 200));
  CHECK(traffic.capacity().bytes == Traffic::kMostBytes);
}

TEST_CASE("a window opens with success and closes with overload") {
  Traffic traffic(64);
  CHECK(traffic.room(1, kHealthy) == Window::kInitial);
  warm_up(traffic, 1, 10);
  idle(traffic);
  CHECK(traffic.room(1, kHealthy) == Window::kInitial + 10);
  traffic.add(claim(1, 1));
  CHECK(traffic.room(1, kHealthy) == Window::kInitial + 9);
  traffic.finished(settled(traffic.next().value(), 503));
  idle(traffic);
  CHECK(traffic.room(1, kHealthy) == (Window::kInitial + 10) / 2);
  CHECK(traffic.room(2, kHealthy) == Window::kInitial);
}

TEST_CASE("who finishes much in a turn may be claimed as much ahead of its window") {
  Traffic traffic(64);
  warm_up(traffic, 1, 100);
  traffic.begin_turn();
  CHECK(traffic.room(1, kHealthy) == 32 + Traffic::kTurnsAhead * 100);
}

TEST_CASE(
    "what may be claimed ahead fades from turn to turn, whether something ends in them or not") {
  Traffic traffic(64);
  warm_up(traffic, 1, 100);
  traffic.begin_turn();
  warm_up(traffic, 1, 8);
  traffic.begin_turn();
  CHECK(traffic.room(1, kHealthy) == 32 + Traffic::kTurnsAhead * 75);
  traffic.begin_turn();
  CHECK(traffic.room(1, kHealthy) == 32 + Traffic::kTurnsAhead * 56);
  idle(traffic);
  CHECK(traffic.room(1, kHealthy) == 32);
  warm_up(traffic, 1, 1);  // does not bring back what was long ago
  CHECK(traffic.room(1, kHealthy) == 32 + Traffic::kTurnsAhead);
}

TEST_CASE("claims that go back untouched are no work done") {
  Traffic traffic(64);
  warm_up(traffic, 1, 40);
  idle(traffic);
  add(traffic, 1, 30);
  for (int i = 0; i < 30; ++i) {
    store::Settlement untouched;
    untouched.claim = traffic.next().value();
    untouched.attempted = false;
    traffic.finished(untouched);
  }
  CHECK(traffic.room(1, kHealthy) == 32);
}

TEST_CASE("who has much in hand leaves as much to the others, of claims and of bytes") {
  Traffic traffic(8);
  warm_up(traffic, 1, 100);
  traffic.begin_turn();
  const int all = 8 * Traffic::kDepth;
  CHECK(traffic.room(1, kHealthy) == all);
  add(traffic, 1, all / 2);
  CHECK(traffic.room(1, kHealthy) == 0);
  CHECK(traffic.room(2, kHealthy) == Window::kInitial);

  Traffic heavy(8);
  warm_up(heavy, 1, 100);
  store::Claim large = claim(1, 1);
  large.event.data = std::string(Traffic::kMostBytes / 2 + 1, ' ');
  heavy.add(std::move(large));
  CHECK(heavy.room(1, kHealthy) == 0);
  CHECK(heavy.room(2, kHealthy) == Window::kInitial);
}

TEST_CASE("a webhook that is not proven has room for one") {
  Traffic traffic(64);
  CHECK(traffic.room(1, Health{}) == 1);
  const Health failing{kProbeAfter, kNow, kNow, false};
  CHECK(traffic.room(1, failing) == 1);
  traffic.add(claim(1, 1, false));
  CHECK(traffic.room(1, failing) == 0);
}

TEST_CASE("webhooks take turns, however much one of them has waiting") {
  Traffic traffic(64);
  add(traffic, 1, 100);
  add(traffic, 2, 1);
  CHECK(traffic.next()->key.webhook == 1);
  CHECK(traffic.next()->key.webhook == 2);
}

TEST_CASE("claims of one webhook begin in the order in which they came") {
  Traffic traffic(4);
  traffic.add(claim(1, 7));
  traffic.add(claim(1, 3));
  CHECK(traffic.next()->key.event == 7);
  CHECK(traffic.next()->key.event == 3);
}

TEST_CASE("no more are under way to a webhook than its window") {
  Traffic traffic(64);
  add(traffic, 1, 10);
  CHECK(begin_all(traffic) == std::map<std::int64_t, int>{{1, Window::kInitial}});
  CHECK_FALSE(traffic.has_next());
}

TEST_CASE("webhooks that all begin to hang leave senders to one that does not") {
  Traffic traffic(64);
  for (int webhook = 1; webhook <= 3; ++webhook) warm_up(traffic, webhook);
  add(traffic, 1, 100);
  CHECK(begin_all(traffic) == std::map<std::int64_t, int>{{1, 32}});
  add(traffic, 2, 100);
  CHECK(begin_all(traffic) == std::map<std::int64_t, int>{{2, 16}});
  add(traffic, 3, 100);
  CHECK(begin_all(traffic) == std::map<std::int64_t, int>{{3, 8}});
  add(traffic, 4, 1);
  CHECK(begin_all(traffic) == std::map<std::int64_t, int>{{4, 1}});
}

TEST_CASE("the last free sender goes to a webhook that has none") {
  Traffic traffic(2);
  warm_up(traffic, 1);
  add(traffic, 1, 5);
  CHECK(begin_all(traffic) == std::map<std::int64_t, int>{{1, 1}});
  add(traffic, 2, 5);
  CHECK(begin_all(traffic) == std::map<std::int64_t, int>{{2, 1}});
}

TEST_CASE("a dead endpoint does not use up an attempt of all that waits for it") {
  Traffic traffic(64);
  add(traffic, 1, 100);
  std::vector<store::Claim> back;
  int attempts = 0;
  while (auto next = traffic.next()) {
    ++attempts;
    back = traffic.finished(settled(std::move(*next), 500));
    if (!back.empty()) break;
  }
  CHECK(attempts == kProbeAfter);
  CHECK(back.size() == 100 - kProbeAfter);
  CHECK(traffic.in_flight() == 0);
  CHECK(traffic.capacity().bytes == Traffic::kMostBytes);
  CHECK_FALSE(traffic.has_next());
}

TEST_CASE("what waits can be taken back, and what is under way cannot") {
  Traffic traffic(64);
  add(traffic, 1, 5);
  add(traffic, 2, 1);
  store::Claim under_way = traffic.next().value();
  CHECK(traffic.withdraw().size() == 5);
  CHECK(traffic.waiting() == 0);
  CHECK(traffic.in_flight() == 1);
  CHECK_FALSE(traffic.has_next());
  const auto back = traffic.finished(settled(std::move(under_way), 200));
  CHECK(back.empty());
  CHECK(traffic.in_flight() == 0);
}
