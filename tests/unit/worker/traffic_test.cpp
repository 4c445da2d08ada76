#include <catch2/catch.hpp>
#include <deque>

#include "tests/unit/worker/traffic_story.h"

using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;

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
  std::deque<store::Claim> under_way;
  for (int turn = 0; turn < 50; ++turn) {
    for (int more = traffic.capacity().all; more > 0; --more) traffic.add(claim(++webhook, 1));
    while (auto next = traffic.next()) under_way.push_back(std::move(*next));
    CHECK(under_way.size() == 64);
    CHECK(traffic.in_flight() <= 128 + 2 * Traffic::kTurnsAhead);
    for (int ended = 0; ended < 2; ++ended) {
      traffic.finished(settled(std::move(under_way.front()), 200));
      under_way.pop_front();
    }
    traffic.begin_turn();
  }
}

// What it holds waits behind its window, and the pace fades with each turn of a neighbour's.
TEST_CASE(
    "a webhook that begins to hang with much in hand does not keep others from being claimed") {
  Traffic traffic(64);
  warm_up(traffic, 1, 250);
  traffic.begin_turn();
  add(traffic, 1, traffic.room(1, kHealthy));
  REQUIRE(begin_all(traffic) == std::map<std::int64_t, int>{{1, 32}});
  for (int turn = 0; turn < 20; ++turn) {
    CHECK(traffic.capacity().all >= 32);
    CHECK(traffic.room(2, kHealthy) > 0);
    CHECK(traffic.room(1, kHealthy) <= 0);
    traffic.add(claim(2, turn));
    traffic.finished(settled(traffic.next().value(), 200));
    traffic.begin_turn();
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

TEST_CASE("what waits of one webhook can be taken back, and the others' goes on") {
  Traffic traffic(64);
  warm_up(traffic, 1, 4);
  add(traffic, 1, 5);
  traffic.add(claim(2, 1, false));
  traffic.add(claim(3, 1));
  CHECK(traffic.next()->key.webhook == 1);
  const auto back = traffic.withdraw(1);
  CHECK(back.size() == 4);
  CHECK(std::all_of(back.begin(), back.end(),
                    [](const store::Claim& one) { return one.key.webhook == 1; }));
  CHECK(traffic.withdraw(1).empty());
  CHECK(traffic.withdraw(2).size() == 1);
  CHECK(traffic.withdraw(4).empty());
  CHECK(traffic.held(7).unproven == 0);
  CHECK(traffic.next()->key.webhook == 3);
  CHECK_FALSE(traffic.has_next());
  traffic.add(claim(1, 9));
  CHECK(traffic.next()->key.event == 9);
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
