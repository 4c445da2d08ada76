#include "common/store/sqlite/connection.h"
#include "tests/contract/world.h"

// SQLite's own: how large the file becomes.
using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;

namespace {

// As many events as a retention period has, evenly over it, each delivered, with the sweeps that
// come between.
void live_through_a_period(World<SqliteEngine>& world, int period) {
  constexpr int kSteps = 20;
  for (int step = 0; step < kSteps; ++step) {
    world.now += limits::kRetention / kSteps;
    std::vector<Event> events;
    for (int i = 0; i < 100; ++i)
      events.push_back(
          {{"p" + std::to_string(period) + "-" + std::to_string(step) + "-" + std::to_string(i)},
           EventType::product_added,
           kContract,
           "product/" + std::to_string(i),
           world.now,
           {},
           R"({"pad":")" + std::string(300, 'x') + "\"}"});
    world.session().events().append(events, world.now);
    TurnResult result = world.turn();
    while (result.more || !result.claims.empty()) {
      std::vector<Settlement> done;
      for (const Claim& claim : result.claims) done.push_back(world.settled(claim, 200));
      result = world.turn(std::move(done));
    }
  }
}

}  // namespace

TEST_CASE("under a steady load the file stops growing once retention has begun to take") {
  World<SqliteEngine> world;
  world.add_webhook();
  world.add_webhook(DeliveryOrder::latest);
  sqlite::Connection reader(world.engine().path(), sqlite::Connection::Mode::existing);
  std::vector<std::int64_t> pages;
  for (int period = 0; period < 5; ++period) {
    live_through_a_period(world, period);
    pages.push_back(reader.value("PRAGMA page_count").value());
  }
  CAPTURE(pages);
  CHECK(pages[0] > 200);  // or it would tell nothing
  CHECK(pages[4] <= pages[1] + pages[1] / 5);
}
