#include "worker/sender_pool.h"

#include <catch2/catch.hpp>
#include <latch>
#include <semaphore>

#include "tests/unit/worker/fakes.h"

using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;

namespace {

constexpr Millis kForever = std::chrono::hours(1);

std::unique_ptr<Sender> no_sender() { return std::make_unique<FakeSender>(); }

store::Settlement settled(store::Claim claim) {
  return {std::move(claim), true, kNow, kNow, answered(204), Delivered{}};
}

}  // namespace

TEST_CASE("gathering ends when no claim waits for a sender any more, however few have finished") {
  std::counting_semaphore<8> may_end{0};
  SenderPool pool(1, no_sender, [&](Sender&, store::Claim claim) {
    may_end.acquire();
    return settled(std::move(claim));
  });
  pool.submit({claim(1, 1), claim(1, 2), claim(1, 3)});
  may_end.release(2);
  pool.gather(kForever);  // two have finished, the third is under way
  CHECK(pool.take_finished().size() == 2);
  may_end.release();
  pool.wait(kForever);
  CHECK(pool.take_finished().size() == 1);
}

TEST_CASE("gathering ends when more than half of what is unsettled has finished") {
  std::counting_semaphore<8> may_end{0};
  SenderPool pool(1, no_sender, [&](Sender&, store::Claim claim) {
    may_end.acquire();
    return settled(std::move(claim));
  });
  pool.submit({claim(1, 1), claim(1, 2), claim(1, 3), claim(1, 4), claim(1, 5), claim(1, 6)});
  may_end.release();
  pool.wait(kForever);  // what has finished before the gathering counts too
  may_end.release(3);
  pool.gather(kForever);
  CHECK(pool.take_finished().size() == 4);
  may_end.release(2);
}

TEST_CASE("gathering ends when as many have finished as are worth a turn") {
  constexpr int kWorth = SenderPool::kWorthATurn;
  std::counting_semaphore<1024> may_end{0};
  SenderPool pool(1, no_sender, [&](Sender&, store::Claim claim) {
    may_end.acquire();
    return settled(std::move(claim));
  });
  std::vector<store::Claim> claims;
  for (int i = 0; i < 3 * kWorth; ++i) claims.push_back(claim(1, i));
  pool.submit(std::move(claims));
  may_end.release(kWorth);
  pool.gather(kForever);
  CHECK(pool.take_finished().size() == SenderPool::kWorthATurn);
  may_end.release(2 * kWorth);
}

TEST_CASE("a call from elsewhere ends gathering too") {
  std::counting_semaphore<8> may_end{0};
  SenderPool pool(1, no_sender, [&](Sender&, store::Claim claim) {
    may_end.acquire();
    return settled(std::move(claim));
  });
  pool.submit({claim(1, 1), claim(1, 2)});
  pool.wake();
  pool.gather(kForever);
  CHECK(pool.take_finished().empty());
  may_end.release(2);
}

TEST_CASE("claims that a dead endpoint keeps from being begun come back as not attempted") {
  SenderPool pool(1, no_sender, [&](Sender&, store::Claim claim) -> store::Settlement {
    return {std::move(claim), true, kNow, kNow, answered(503), RetryAt{kNow}};
  });
  std::vector<store::Claim> claims;
  for (int i = 0; i < 20; ++i) claims.push_back(claim(1, i));
  pool.submit(std::move(claims));
  std::size_t attempted = 0;
  std::size_t untouched = 0;
  while (pool.unsettled() > 0) {
    pool.wait(kForever);
    for (const store::Settlement& one : pool.take_finished())
      ++(one.attempted ? attempted : untouched);
  }
  CHECK(attempted == std::size_t(kProbeAfter));
  CHECK(untouched == 20 - std::size_t(kProbeAfter));
}

TEST_CASE("senders that rest begin all that may begin") {
  constexpr int kSenders = 8;
  std::latch all_under_way(kSenders);
  SenderPool pool(kSenders, no_sender, [&](Sender&, store::Claim claim) {
    all_under_way.arrive_and_wait();
    return settled(std::move(claim));
  });
  std::vector<store::Claim> claims;
  for (int i = 0; i < kSenders; ++i) claims.push_back(claim(i, i));
  pool.submit(std::move(claims));
  all_under_way.wait();
  while (pool.unsettled() > 0) {
    pool.wait(kForever);
    pool.take_finished();
  }
}
