#include <fstream>

#include "tests/contract/world.h"

// An engine that keeps its data in a file; what a backup is of another kind of engine, its own
// tests will say.
using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;

namespace {

struct Place {
  TemporaryFolder folder;
  std::string backup = (folder.path() / "backup").string();
  std::string database = "sqlite:" + (folder.path() / "restored.db").string();
};

}  // namespace

TEST_CASE("a restored backup goes on where it was made, with nothing under way") {
  World<SqliteEngine> world;
  const WebhookId webhook = world.add_webhook();
  world.publish("a");
  world.publish("a");
  REQUIRE(world.turn().claims.size() == 1);
  Place place;
  const BackupReport made = world.backend().back_up(place.backup);
  CHECK(made.events == 2);
  CHECK(made.deliveries == 2);
  CHECK(made.webhooks == 1);
  CHECK(made.claims == 1);
  world.publish("after the backup");

  const auto other = open_backend(place.database);
  CHECK(other->restore(place.backup, false, world.now).events == 2);

  CHECK(other->check().empty());
  const auto session = other->connect();
  const Backlog backlog = session->insight().backlog(world.now);
  CHECK(backlog.deliveries_sending == 0);
  CHECK(backlog.deliveries_due == 1);  // of subject a the first, again
  const auto first = session->deliveries().find(kPartner, delivery_id(webhook, 1)).value();
  REQUIRE(first.attempts.size() == 1);
  CHECK(first.attempts[0].error == "worker_lost");
  CHECK_FALSE(session->events().find({"evt-3"}).has_value());
}

TEST_CASE("a backup replaces nothing, and neither does a restore unless told") {
  World<SqliteEngine> world;
  Place place;
  world.backend().back_up(place.backup);
  CHECK_THROWS_WITH(world.backend().back_up(place.backup), Catch::Contains(place.backup));
  const auto other = open_backend(place.database);
  other->migrate();
  CHECK_THROWS_WITH(other->restore(place.backup, false, world.now), Catch::Contains("already"));
  CHECK(other->connect()->contracts().list(std::nullopt).empty());
  other->restore(place.backup, true, world.now);
  CHECK(other->connect()->contracts().list(std::nullopt).size() == 1);
}

TEST_CASE("what is no backup of ours is refused") {
  Place place;
  std::ofstream(place.backup) << std::string(8192, 'x');
  const auto other = open_backend(place.database);
  CHECK_THROWS_AS(other->restore(place.backup, false, kStart), StoreError);
  CHECK_THROWS_AS(other->restore(place.backup + "-not", false, kStart), StoreError);
  CHECK_THROWS_AS(other->connect(), StoreError);  // no half of one was left
  CHECK_THROWS_AS(other->back_up(place.backup + "-2"), StoreError);
}
