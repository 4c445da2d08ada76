#include "api/jwt/key_ring.h"

#include <future>

#include "tests/unit/jwt/provider.h"

using namespace webhooks;
using namespace webhooks::jwt;
using namespace webhooks::jwt::test;
using namespace std::chrono_literals;

TEST_CASE("good fetches are far apart, failed ones come again with doubled waits") {
  const FetchSchedule::Instant start{};
  FetchSchedule schedule({10min, 5s, 15s, 30s}, start);
  CHECK(schedule.due() == start);
  const auto fetch = [&](FetchSchedule::Instant at, bool good) {
    schedule.begun(at);
    schedule.ended(at, good);
    return schedule.due() - at;
  };
  CHECK(fetch(start, false) == 5s);
  CHECK(fetch(start, false) == 10s);
  CHECK(fetch(start, false) == 15s);
  CHECK(fetch(start, false) == 15s);
  CHECK(fetch(start, true) == 10min);
  CHECK(fetch(start, false) == 5s);
}

TEST_CASE("unknown keys bring a fetch forward, but not often") {
  const FetchSchedule::Instant start{};
  FetchSchedule schedule({10min, 5s, 5min, 30s}, start);
  CHECK(schedule.asked(start));  // the first has not come yet
  schedule.begun(start);
  CHECK(schedule.asked(start + 1s));  // it is on its way
  schedule.ended(start + 2s, true);
  CHECK_FALSE(schedule.asked(start + 29s));
  CHECK(schedule.due() == start + 2s + 10min);
  CHECK(schedule.asked(start + 30s));
  CHECK(schedule.due() == start + 30s);
}

TEST_CASE("a ring takes new keys when asked, and keeps the old ones while the source fails") {
  const std::string one = set_of({R"("kid":"1",)" + Signer::p256().members()});
  const std::string two = set_of({R"("kid":"2",)" + Signer::p256().members()});
  std::atomic<int> fetches = 0;
  std::promise<void> renewed[2];
  std::promise<std::string> failed;
  int good = 0;
  KeyRing ring(
      [&](const std::stop_token&) -> std::string {
        const int number = ++fetches;
        if (number == 2) throw std::runtime_error("gone");
        return number == 1 ? one : two;
      },
      {1h, 1h, 1h, 0s}, nullptr,
      {[&](const KeySet&) { renewed[good++].set_value(); },
       [&](const std::string& why) { failed.set_value(why); }});
  renewed[0].get_future().wait();
  CHECK(ring.keys()->knows("1"));
  CHECK(ring.ask());
  CHECK(failed.get_future().get() == "gone");
  CHECK(ring.keys()->knows("1"));
  CHECK(ring.ask());
  renewed[1].get_future().wait();
  CHECK(ring.keys()->knows("2"));
}

TEST_CASE("a ring ends while its source is at work") {
  std::promise<void> begun;
  {
    const KeyRing ring(
        [&](const std::stop_token& stop) -> std::string {
          begun.set_value();
          std::promise<void> stopped;
          const std::stop_callback tell(stop, [&] { stopped.set_value(); });
          stopped.get_future().wait();
          throw std::runtime_error("stopped");
        },
        {});
    begun.get_future().wait();
    CHECK(ring.keys() == nullptr);
  }
  SUCCEED();
}
