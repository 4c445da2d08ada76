#include "worker/turn_loop.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <latch>
#include <semaphore>
#include <thread>

#include "common/store/backend.h"
#include "tests/unit/worker/fakes.h"

using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;
using namespace std::chrono_literals;

namespace {

store::Settlement deliver(Sender& sender, store::Claim claim) {
  SendRequest request;
  const Outcome outcome = sender.send(request);
  return {std::move(claim), true, kNow, kNow, outcome, Delivered{}};
}

TurnPolicy policy() {
  TurnPolicy one;
  one.worker = "w1";
  return one;
}

store::TurnResult claims(int count) {
  store::TurnResult result;
  for (int i = 1; i <= count; ++i) result.claims.push_back(claim(i, i));
  return result;
}

}  // namespace

TEST_CASE("what a turn claims is attempted and settled in a later turn") {
  ScriptedStore store;
  store.then([](const store::TurnRequest& request) {
    CHECK(request.worker == "w1");
    CHECK(request.capacity.all == 2 * 4);
    CHECK(request.capacity.unproven == 2);
    return claims(3);
  });
  StillClock clock;
  SenderPool pool(
      4, [] { return std::make_unique<FakeSender>(); }, deliver);
  TurnLoop loop(store, pool, clock, policy());
  std::jthread thread([&](std::stop_token stop) { loop.run(stop); });
  CHECK(store.wait_settled(3).size() == 3);
}

TEST_CASE(
    "turns fan out as much as they settle while the senders have enough, and else all they may") {
  constexpr int kEnd = 300;
  for (const int claimed : {kEnd, kEnd + 1600}) {
    ScriptedStore store;
    std::int64_t limit = 0;
    std::size_t settled = 0;
    std::latch ended(kEnd);
    std::latch done(1);
    std::counting_semaphore<4000> may_end{0};
    store.then([&](const store::TurnRequest& request) {
      limit = request.fan_out_limit;
      settled = request.settled.size();
      done.count_down();
      return store::TurnResult{};
    });
    StillClock clock;
    SenderPool pool(
        64, [] { return std::make_unique<FakeSender>(); },
        [&](Sender& sender, store::Claim claim) {
          may_end.acquire();
          ended.count_down();
          return deliver(sender, std::move(claim));
        });
    pool.submit(claims(claimed).claims);
    may_end.release(kEnd);
    ended.wait();
    TurnLoop loop(store, pool, clock, policy());
    std::jthread thread([&](std::stop_token stop) { loop.run(stop); });
    done.wait();
    CHECK(settled > 0);
    CHECK(limit == (claimed == kEnd ? 1024 : std::max<std::int64_t>(256, std::int64_t(settled))));
    may_end.release(1600);
  }
}

TEST_CASE("what was claimed of a webhook that has changed, and not begun, goes back") {
  ScriptedStore store;
  std::latch begun(1);
  std::binary_semaphore may_end{0};
  store.then([](const store::TurnRequest&) {
    store::TurnResult result;
    for (const int event : {1, 2, 3}) result.claims.push_back(claim(1, event));
    result.claims.push_back(claim(2, 4));
    return result;
  });
  store.then([](const store::TurnRequest&) {
    store::TurnResult result;
    result.changed.webhooks = {1, 9};
    result.claims.push_back(claim(1, 5));  // as it is now
    return result;
  });
  StillClock clock;
  SenderPool pool(
      1, [] { return std::make_unique<FakeSender>(); },
      [&](Sender& sender, store::Claim claim) {
        if (claim.key.event == 1) {
          begun.count_down();
          may_end.acquire();
        }
        return deliver(sender, std::move(claim));
      });
  TurnLoop loop(store, pool, clock, policy());
  std::jthread thread([&](std::stop_token stop) { loop.run(stop); });
  begun.wait();
  store.has_changed = true;
  const auto back = store.wait_settled(2);
  CHECK(back.size() == 2);
  for (const store::Settlement& one : back) {
    CHECK_FALSE(one.attempted);
    CHECK(one.claim.key.webhook == 1);
    CHECK((one.claim.key.event == 2 || one.claim.key.event == 3));
  }
  may_end.release();
  for (const store::Settlement& one : store.wait_settled(5))
    CHECK(one.attempted == (one.claim.key.event != 2 && one.claim.key.event != 3));
}

TEST_CASE("where any webhook may have changed all that has not begun goes back") {
  ScriptedStore store;
  store.then([](const store::TurnRequest&) {
    store::TurnResult result = claims(0);
    result.changed.all = true;
    return result;
  });
  StillClock clock;
  std::binary_semaphore may_end{0};
  std::latch begun(1);
  SenderPool pool(
      1, [] { return std::make_unique<FakeSender>(); },
      [&](Sender& sender, store::Claim claim) {
        begun.count_down();
        may_end.acquire();
        return deliver(sender, std::move(claim));
      });
  pool.submit(claims(3).claims);
  begun.wait();
  TurnLoop loop(store, pool, clock, policy());
  std::jthread thread([&](std::stop_token stop) { loop.run(stop); });
  for (const store::Settlement& one : store.wait_settled(2)) CHECK_FALSE(one.attempted);
  may_end.release();
  CHECK(store.wait_settled(3).back().attempted);
}

TEST_CASE("a store that wakes the loop need not be looked at in between") {
  ScriptedStore store;
  store.can_wake = true;
  std::latch woken(1);
  store.then([](const store::TurnRequest&) { return store::TurnResult{}; });
  store.then([&woken](const store::TurnRequest&) {
    woken.count_down();
    return store::TurnResult{};
  });
  StillClock clock;
  SenderPool pool(
      1, [] { return std::make_unique<FakeSender>(); }, deliver);
  TurnPolicy patient = policy();
  patient.poll = patient.look_anyway = 1h;
  TurnLoop loop(store, pool, clock, patient);
  std::jthread thread([&](std::stop_token stop) { loop.run(stop); });
  store.change();
  woken.wait();
}

TEST_CASE("a turn that fails loses no settlement") {
  ScriptedStore store;
  store.then([](const store::TurnRequest&) { return claims(2); });
  for (int i = 0; i < 2; ++i)
    store.then([](const store::TurnRequest&) -> store::TurnResult {
      throw store::StoreError("disk full");
    });
  StillClock clock;
  SenderPool pool(
      2, [] { return std::make_unique<FakeSender>(); }, deliver);
  TurnLoop loop(store, pool, clock, policy());
  std::jthread thread([&](std::stop_token stop) { loop.run(stop); });
  const auto settled = store.wait_settled(2);
  CHECK(settled.size() == 2);
  CHECK(settled[0].claim.key.webhook != settled[1].claim.key.webhook);
}

TEST_CASE("a clock that was ahead and is set back neither stops the turns nor burns attempts") {
  struct MovingClock final : Clock {
    std::atomic<Time> time = kNow + 2h;
    Time now() const override { return time; }
  } clock;
  ScriptedStore store;
  store.then([&](const store::TurnRequest&) {
    clock.time = kNow;
    return claims(1);
  });
  store.then([](const store::TurnRequest& request) {
    CHECK(request.now == kNow + 2h);
    return store::TurnResult{};
  });
  SenderPool pool(
      1, [] { return std::make_unique<FakeSender>(); },
      [&](Sender&, store::Claim claim) -> store::Settlement {
        return {std::move(claim), true,          clock.now(),
                clock.now(),      answered(503), RetryAt{clock.now() + 5s}};
      });
  TurnLoop loop(store, pool, clock, policy());
  std::jthread thread([&](std::stop_token stop) { loop.run(stop); });
  const auto settled = store.wait_settled(1);
  REQUIRE(settled.size() == 1);
  CHECK(std::get<RetryAt>(settled[0].verdict).due == kNow + 2h + 5s);
  CHECK(settled[0].ended_at == kNow + 2h);  // from which its webhook's hold is counted
}

TEST_CASE("a store that fails is told as the worker's reason, until a turn succeeds") {
  ScriptedStore store;
  store.then(
      [](const store::TurnRequest&) -> store::TurnResult { throw store::StoreError("disk full"); });
  const TurnLoop* running = nullptr;
  store.then([&](const store::TurnRequest&) {
    CHECK(running->failure() == "disk full");
    return claims(1);
  });
  StillClock clock;
  SenderPool pool(
      1, [] { return std::make_unique<FakeSender>(); }, deliver);
  TurnLoop loop(store, pool, clock, policy());
  running = &loop;
  CHECK_FALSE(loop.failure().has_value());
  std::jthread thread([&](std::stop_token stop) { loop.run(stop); });
  CHECK(store.wait_settled(1).size() == 1);
  CHECK_FALSE(loop.failure().has_value());
}

TEST_CASE("asked to stop, it finishes what is in flight and settles it, and claims no more") {
  ScriptedStore store;
  store.then([](const store::TurnRequest&) { return claims(1); });
  StillClock clock;
  std::latch sending(1);
  std::latch may_answer(1);
  SenderPool pool(
      1, [] { return std::make_unique<FakeSender>(); },
      [&](Sender& sender, store::Claim claim) {
        sending.count_down();
        may_answer.wait();
        return deliver(sender, std::move(claim));
      });
  TurnPolicy patient = policy();
  patient.poll = 1h;  // else a look of its own could take the turn that is meant for the drain
  TurnLoop loop(store, pool, clock, patient);
  std::jthread thread([&](std::stop_token stop) { loop.run(stop); });
  sending.wait();
  store.then([](const store::TurnRequest& request) {
    CHECK(request.capacity.all == 0);
    return store::TurnResult{};
  });
  thread.request_stop();
  may_answer.count_down();
  thread.join();
  CHECK(store.wait_settled(1).size() == 1);
  CHECK(store.released() == 0);
}

TEST_CASE("what is still in flight after the drain timeout is given back") {
  ScriptedStore store;
  store.then([](const store::TurnRequest&) { return claims(1); });
  StillClock clock;
  std::latch sending(1);
  std::latch may_answer(1);
  SenderPool pool(
      1, [] { return std::make_unique<FakeSender>(); },
      [&](Sender& sender, store::Claim claim) {
        sending.count_down();
        may_answer.wait();
        return deliver(sender, std::move(claim));
      });
  TurnPolicy hurried = policy();
  hurried.drain_timeout = 0ms;
  TurnLoop loop(store, pool, clock, hurried);
  std::jthread thread([&](std::stop_token stop) { loop.run(stop); });
  sending.wait();
  thread.request_stop();
  thread.join();
  CHECK(store.released() == 1);
  may_answer.count_down();
}

TEST_CASE(
    "at the end of the drain timeout an answer that came is kept, what is cut off is not begun") {
  ScriptedStore store;
  store.then([](const store::TurnRequest&) { return claims(2); });
  StillClock clock;
  std::latch sending(2);
  std::latch may_end(1);
  SenderPool pool(
      2, [] { return std::make_unique<FakeSender>(); },
      [&](Sender& sender, store::Claim claim) {
        sending.count_down();
        may_end.wait();
        const bool answers = claim.key.event == 1;
        store::Settlement settlement = deliver(sender, std::move(claim));
        if (answers) return settlement;
        settlement.outcome = {};
        settlement.outcome.error = SendError::internal;
        return settlement;
      });
  TurnPolicy hurried = policy();
  hurried.drain_timeout = 0ms;
  hurried.abandon = [&] { may_end.count_down(); };
  TurnLoop loop(store, pool, clock, hurried);
  std::jthread thread([&](std::stop_token stop) { loop.run(stop); });
  sending.wait();
  thread.request_stop();
  thread.join();
  const auto settled = store.wait_settled(2);
  REQUIRE(settled.size() == 2);
  for (const store::Settlement& one : settled) CHECK(one.attempted == (one.claim.key.event == 1));
}

TEST_CASE("asked to stop, it gives back the claims that no sender has begun") {
  ScriptedStore store;
  store.then([](const store::TurnRequest&) { return claims(3); });
  StillClock clock;
  std::latch sending(1);
  std::latch may_answer(1);
  std::atomic<int> begun = 0;
  SenderPool pool(
      1, [] { return std::make_unique<FakeSender>(); },
      [&](Sender& sender, store::Claim claim) {
        if (begun++ == 0) sending.count_down();
        may_answer.wait();
        return deliver(sender, std::move(claim));
      });
  TurnLoop loop(store, pool, clock, policy());
  std::jthread thread([&](std::stop_token stop) { loop.run(stop); });
  sending.wait();
  thread.request_stop();
  const auto given_back = store.wait_settled(2);
  may_answer.count_down();
  thread.join();
  CHECK(given_back.size() == 2);
  CHECK_FALSE(given_back[0].attempted);
  CHECK(begun == 1);
  CHECK(store.wait_settled(3).size() == 3);
}
