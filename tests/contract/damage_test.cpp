#include "common/store/sqlite/connection.h"
#include "tests/contract/world.h"

// SQLite's own: a database that holds what cannot be, as after a restore of some of its tables, or
// lacks what older programs did not write. It must cost what is damaged, and nobody else a turn.
using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;
using Names = std::vector<std::string>;

namespace {

void damage(const World<SqliteEngine>& world, const std::string& sql) {
  sqlite::Connection(world.engine().path(), sqlite::Connection::Mode::existing).script(sql);
}

// Sets columns of every event to what they do not allow.
void damage_outbox(const World<SqliteEngine>& world, const std::string& columns) {
  damage(world, R"(
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')') WHERE name = 'outbox';
    PRAGMA writable_schema = RESET;
    UPDATE outbox SET )" +
                    columns + R"(;
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = sql || ' STRICT' WHERE name = 'outbox';
    PRAGMA writable_schema = RESET;)");
}

void check_store(World<SqliteEngine>& world) {
  for (const Violation& violation : world.backend().check())
    FAIL_CHECK(violation.rule << ": " << violation.what);
}

}  // namespace

TEST_CASE("a webhook whose last sequence is behind goes on where its deliveries end") {
  World<SqliteEngine> world;
  const WebhookId behind = world.add_webhook(DeliveryOrder::any);
  const WebhookId other = world.add_webhook(DeliveryOrder::any);
  for (const char* subject : {"a", "b", "c"}) world.publish(subject);
  world.turn({}, 0);
  world.set_status(behind, WebhookStatus::inactive);  // cancelled through 3, and swept
  world.set_status(behind, WebhookStatus::active);
  damage(world, "UPDATE flow SET last_sequence = 1 WHERE webhook = 1");
  const EventId event = world.publish("d");

  const TurnResult result = world.turn({}, 0);
  CHECK(result.one_by_one);
  CHECK(result.mended.size() == 1);
  CHECK(result.rejected.empty());
  CHECK(world.session().events().find(event).value().matched == 2);
  auto& deliveries = world.session().deliveries();
  CHECK(deliveries.find(kPartner, delivery_id(behind, 4)).has_value());
  CHECK(deliveries.find(kPartner, delivery_id(other, 4)).has_value());
  world.publish("e");
  CHECK_FALSE(world.turn().one_by_one);
  check_store(world);
}

TEST_CASE("a webhook whose row contradicts itself begins anew, and the others are served") {
  World<SqliteEngine> world;
  world.add_webhook();
  world.add_webhook();
  world.publish("a");
  damage(world,
         "PRAGMA ignore_check_constraints = ON;"
         "UPDATE flow SET failures = 7, cancelled_through = 9, hold_until = 1 WHERE webhook = 1");
  const TurnResult result = world.turn();
  CHECK(result.mended.size() == 1);
  CHECK(result.claims.size() == 2);
  CHECK_FALSE(world.turn().one_by_one);
  check_store(world);
}

TEST_CASE("an event whose place in the outbox has deliveries already is rejected, and others go") {
  World<SqliteEngine> world;
  world.add_webhook();
  world.add_webhook(DeliveryOrder::latest);
  world.publish("a");
  world.turn({}, 0);
  damage(world, "UPDATE outbox SET status = 'pending', matched = NULL");
  world.publish("b");
  const TurnResult result = world.turn({}, 0);
  REQUIRE(result.rejected.size() == 1);
  CHECK(result.rejected[0].event.value == "evt-1");
  CHECK(result.dispatched == 1);
  CHECK(result.created == 2);
  const auto report = world.session().events().find({"evt-1"}).value();
  CHECK(report.status == EventStatus::rejected);
  CHECK(report.reason.value_or("").starts_with("it could not be fanned out: "));
  CHECK_FALSE(world.turn({}, 0).one_by_one);
  CHECK(subjects(world.turn()) == Names{"a#1", "b#2", "a#1", "b#2"});
  check_store(world);
}

TEST_CASE("a row that holds what its columns do not allow is rejected, and others go") {
  World<SqliteEngine> world;
  world.add_webhook();
  world.publish("a");
  damage_outbox(world, "subject = x'ff00', occurred_at = 'yesterday'");
  world.publish("b");
  const TurnResult result = world.turn();
  CHECK(result.rejected.size() == 1);
  CHECK(subjects(result) == Names{"b#1"});
  CHECK(world.session().events().find({"evt-1"}).value().status == EventStatus::rejected);
  CHECK_FALSE(world.turn().one_by_one);
}

TEST_CASE("an event whose contract is no text keeps no other contract's from going") {
  World<SqliteEngine> world;
  world.add_webhook();
  world.publish("damaged");
  damage_outbox(world, "contract_id = x'4331'");
  for (const char* const contract : {"C0", "C1", "C2", "CTR-1001"})
    for (const char* const serial : {"-1", "-2"})
      world.session().events().append({{{std::string(contract) + serial},
                                        EventType::product_added,
                                        {contract},
                                        serial,
                                        world.now,
                                        {},
                                        "{}"}},
                                      world.now);
  TurnRequest request = world.request();
  request.fan_out_limit = 1;
  for (int i = 0; i < 8; ++i) CHECK(world.session().turns().turn(request).dispatched == 1);
  request.fan_out_limit = 100;
  CHECK(world.session().turns().turn(request).dispatched == 0);
}

TEST_CASE("what is queued twice, or although it is being sent, is sent once") {
  World<SqliteEngine> world;
  world.add_webhook(DeliveryOrder::any);
  world.publish("a");
  world.turn({}, 0);
  damage(world, "INSERT INTO queue SELECT webhook, due - 1, sequence, event FROM delivery");
  const auto claims = world.turn().claims;
  REQUIRE(claims.size() == 1);
  damage(world,
         "INSERT INTO queue SELECT webhook, 0, sequence, event FROM delivery;"
         "UPDATE flow SET ready_at = 0");
  world.publish("b");
  CHECK(subjects(world.turn()) == Names{"b#2"});
  world.turn({world.settled(claims[0], 200)});
  CHECK(world.delivery(claims[0]).state == DeliveryState::delivered);
  check_store(world);
}

TEST_CASE("latest: recovering knows what came before the store began to note it") {
  World<SqliteEngine> world;
  const WebhookId id = world.add_webhook(DeliveryOrder::latest);
  const auto send = [&](const char* subject, int status) {
    world.now += 1s;
    world.publish(subject);
    const auto claims = world.turn().claims;
    REQUIRE(claims.size() == 1);
    world.set_status(id, WebhookStatus::inactive);  // so that a failure is the last
    world.turn({world.settled(claims[0], status)});
    world.set_status(id, WebhookStatus::active);
    return world.now + 1ms;
  };
  send("a", 500);
  const Time until = send("b", 500);
  send("a", 200);  // behind the range
  damage(world, "DELETE FROM latest_delivered");
  const RecoverQuery query{kStart, until};
  const auto counted =
      world.session().deliveries().count_missed(kPartner, id, query, world.now).value();
  CHECK(counted.requeued == 1);
  CHECK(std::get<Recovered>(world.recover(id, query)).requeued == 1);
  CHECK(subjects(world.turn()) == Names{"b#2"});
}
