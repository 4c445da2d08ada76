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

// Sets columns of rows to what they do not allow.
void damage_rows(const World<SqliteEngine>& world, const std::string& table,
                 const std::string& columns) {
  const std::string of_table = " WHERE name = '" + table + "';";
  damage(world,
         "PRAGMA writable_schema = ON;"
         "CREATE TEMP TABLE strict AS SELECT sql FROM sqlite_schema" +
             of_table + "UPDATE sqlite_schema SET sql = replace(sql, ') STRICT', ')')" + of_table +
             "PRAGMA writable_schema = RESET;"
             "UPDATE " +
             table + " SET " + columns +
             ";"
             "PRAGMA writable_schema = ON;"
             "UPDATE sqlite_schema SET sql = (SELECT sql FROM strict)" +
             of_table + "PRAGMA writable_schema = RESET;");
}

void damage_outbox(const World<SqliteEngine>& world, const std::string& columns) {
  damage_rows(world, "outbox", columns);
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

TEST_CASE(
    "an event whose type is none of ours ends its delivery alone, before it is sent or after") {
  for (const bool claimed : {false, true}) {
    World<SqliteEngine> world;
    world.add_webhook();
    world.publish("damaged");
    std::vector<Claim> claims = world.turn({}, claimed ? 1 : 0).claims;
    damage(world,
           "DROP TRIGGER outbox_dispatched; UPDATE outbox SET type = 'product.lost' WHERE id = "
           "'evt-1'");
    if (claimed) world.now += kLease;
    world.publish("b");
    const TurnResult result = world.turn();
    CHECK(subjects(result) == Names{"b#2"});
    REQUIRE(result.unrecorded.size() == 1);
    sqlite::Connection db(world.engine().path(), sqlite::Connection::Mode::existing);
    CHECK(
        db.value("SELECT count(*) FROM delivery WHERE sequence = 1 AND state = 'failed' AND reason "
                 "LIKE '%the event has a type that there is not'") == 1);
    CHECK_FALSE(world.turn().one_by_one);
  }
}

TEST_CASE(
    "a delivery whose row is damaged ends when it expires, and lets the next of its lane go") {
  World<SqliteEngine> world;
  world.add_webhook();
  world.publish("a", EventType::product_added, world.now + 1s);
  world.turn({}, 0);
  damage_rows(world, "delivery", "created_at = 'yesterday', attempts_made = x'00'");
  world.publish("a");
  world.now += 2s;
  CHECK(world.turn().ended.expired == 1);
  CHECK(subjects(world.turn()) == Names{"a#2"});
  CHECK_FALSE(world.turn().one_by_one);
  sqlite::Connection db(world.engine().path(), sqlite::Connection::Mode::existing);
  CHECK(db.value("SELECT count(*) FROM delivery WHERE sequence = 1 AND state = 'expired' AND "
                 "created_at = 0") == 1);
}

TEST_CASE("a delivery whose row is damaged is sent once, and lets the next of its lane go") {
  World<SqliteEngine> world;
  world.add_webhook();
  world.publish("a");
  const auto claims = world.turn().claims;
  REQUIRE(claims.size() == 1);
  damage_rows(world, "delivery", "created_at = 'yesterday'");
  world.publish("a");
  const TurnResult result = world.turn({world.settled(claims[0], 200)});
  CHECK(result.unrecorded.size() == 1);
  CHECK(subjects(result) == Names{"a#2"});
  CHECK(world.delivery(claims[0]).state == DeliveryState::failed);
  CHECK_FALSE(world.turn().one_by_one);
  check_store(world);
}

TEST_CASE("a delivery whose row is damaged is cancelled with the others, and does not come back") {
  World<SqliteEngine> world;
  const WebhookId webhook = world.add_webhook();
  world.publish("a");
  world.turn({}, 0);
  damage_rows(world, "delivery", "created_at = 'yesterday'");
  world.set_status(webhook, WebhookStatus::inactive);
  CHECK_FALSE(world.turn().more);
  world.set_status(webhook, WebhookStatus::active);
  world.publish("a");
  CHECK(subjects(world.turn()) == Names{"a#2"});
}

TEST_CASE(
    "a delivery whose row allows no end at all is dropped, and lets the next of its lane go") {
  World<SqliteEngine> world;
  world.add_webhook();
  world.publish("a");
  const auto claims = world.turn().claims;
  damage_rows(world, "delivery", "sequence = 'first'");  // which as a number is none
  world.publish("a");
  const TurnResult result = world.turn({world.settled(claims.at(0), 200)});
  CHECK(result.unrecorded.size() == 1);
  CHECK(subjects(result) == Names{"a#2"});
  CHECK_FALSE(world.turn().one_by_one);
  sqlite::Connection db(world.engine().path(), sqlite::Connection::Mode::existing);
  CHECK(db.value("SELECT count(*) FROM delivery") == 1);
}

TEST_CASE("a webhook one of whose events is damaged goes on with what came behind an expired one") {
  World<SqliteEngine> world;
  world.add_webhook();
  world.publish("a");
  world.publish("b", EventType::product_added, world.now + 1s);
  world.publish("b");
  world.turn({}, 0);
  damage(world,
         "DROP TRIGGER outbox_dispatched; UPDATE outbox SET type = 'product.lost' WHERE id = "
         "'evt-1'");
  world.now += 2s;
  CHECK(world.turn().unrecorded.size() == 1);
  CHECK(subjects(world.turn()) == Names{"b#3"});
  check_store(world);
}

TEST_CASE("a claim that cannot be given back does not keep its worker from starting") {
  World<SqliteEngine> world;
  world.add_webhook(DeliveryOrder::any);
  world.publish("damaged");
  world.publish("b");
  REQUIRE(world.turn().claims.size() == 2);
  damage(world,
         "INSERT INTO attempt SELECT event, webhook, 1, 0, 5, 204, NULL, '', 'schedule' FROM "
         "delivery WHERE subject = 'damaged'");
  CHECK(world.session().turns().release_claims("w1", world.now) == 1);
  world.now += kLease;
  const TurnResult result = world.turn();
  CHECK(result.unrecorded.size() == 1);
  CHECK(subjects(result) == Names{"b#2"});
}
