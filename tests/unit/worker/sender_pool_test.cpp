#include "worker/sender_pool.h"

#include <catch2/catch.hpp>
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

TEST_CASE("gathering ends when no claim waits for a thread any more, however few have finished") {
  std::counting_semaphore<8> may_end{0};
  SenderPool pool(1, no_sender, [&](Sender&, store::Claim claim) {
    may_end.acquire();
    return settled(std::move(claim));
  });
  pool.submit({claim(1, 1), claim(1, 2), claim(1, 3)});
  may_end.release(2);
  pool.gather(kForever, 100);  // two have finished, the third is under way
  CHECK(pool.take_finished().size() == 2);
  may_end.release();
  pool.wait(kForever);
  CHECK(pool.take_finished().size() == 1);
}

TEST_CASE("gathering ends when as many as asked for have finished") {
  std::counting_semaphore<8> may_end{0};
  SenderPool pool(1, no_sender, [&](Sender&, store::Claim claim) {
    may_end.acquire();
    return settled(std::move(claim));
  });
  pool.submit({claim(1, 1), claim(1, 2), claim(1, 3), claim(1, 4)});
  may_end.release(2);
  pool.gather(kForever, 2);
  CHECK(pool.take_finished().size() == 2);
  may_end.release(2);
}

TEST_CASE("a call from elsewhere ends gathering too") {
  std::counting_semaphore<8> may_end{0};
  SenderPool pool(1, no_sender, [&](Sender&, store::Claim claim) {
    may_end.acquire();
    return settled(std::move(claim));
  });
  pool.submit({claim(1, 1), claim(1, 2)});
  pool.wake();
  pool.gather(kForever, 2);
  CHECK(pool.take_finished().empty());
  may_end.release(2);
}
