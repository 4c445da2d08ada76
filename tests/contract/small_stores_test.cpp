#include <thread>

#include "tests/contract/world.h"

using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;

TEMPLATE_TEST_CASE("a contract belongs to one partner for good", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  auto& contracts = world.session().contracts();
  CHECK(contracts.put({{"C2"}, kPartner, "Two", true}, kStart) ==
        ContractStore::PutResult::created);
  CHECK(contracts.put({{"C2"}, kPartner, "Renamed", false}, kStart) ==
        ContractStore::PutResult::updated);
  CHECK(contracts.put({{"C2"}, kStranger, "Stolen", true}, kStart) ==
        ContractStore::PutResult::belongs_to_another_partner);
  CHECK(contracts.find({"C2"}) == Contract{{"C2"}, kPartner, "Renamed", false});
  CHECK(contracts.list(kPartner).size() == 2);
  CHECK(contracts.list(kStranger).empty());
  CHECK(contracts.list(std::nullopt).size() == 2);
  world.add_webhook();
  CHECK(contracts.remove(kContract) == ContractStore::RemoveResult::has_webhooks);
  CHECK(contracts.remove({"C2"}) == ContractStore::RemoveResult::removed);
  CHECK(contracts.remove({"C2"}) == ContractStore::RemoveResult::not_found);
}

TEMPLATE_TEST_CASE(
    "webhooks of an inactive contract are not sent to, and go on when it is active again", "",
    WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("a");
  world.turn({}, 0);
  world.session().contracts().put({kContract, kPartner, "Acme Travel", false}, kStart);
  CHECK(world.turn().claims.empty());
  world.session().contracts().put({kContract, kPartner, "Acme Travel", true}, kStart);
  CHECK(world.turn().claims.size() == 1);
}

TEMPLATE_TEST_CASE("events keep what their producer said", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const Event event{{"my-id_1"},
                    EventType::flight_delay_status_changed,
                    kContract,
                    "booking/BK-1",
                    kStart - 5s,
                    kStart + 1h,
                    R"({"status":"delayed"})",
                    {"order-4711", "00-trace"}};
  world.session().events().append({event}, kStart);
  const EventReport report = world.session().events().find(event.id).value();
  CHECK(report.event.type == event.type);
  CHECK(report.event.subject == event.subject);
  CHECK(report.event.occurred_at == event.occurred_at);
  CHECK(report.event.expires_at == event.expires_at);
  CHECK(report.event.data == event.data);
  CHECK(report.event.origin.request_id == "order-4711");
  CHECK(report.event.origin.traceparent == "00-trace");
  CHECK(report.status == EventStatus::pending);
  CHECK_FALSE(world.session().events().find({"other"}).has_value());
}

TEMPLATE_TEST_CASE("events are appended all or none", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const Event event{{"one"}, EventType::product_added, kContract, "a", kStart, {}, "{}"};
  Event twin = event;
  twin.id = {"two"};
  CHECK_THROWS_AS(world.session().events().append({twin, event, event}, kStart), StoreError);
  CHECK_FALSE(world.session().events().find({"two"}).has_value());
}

TEMPLATE_TEST_CASE("keys are found by hash until they expire or are removed", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  auto& keys = world.session().keys();
  const std::string hash(32, 'h');
  keys.add({{"key_1"}, Role::partner, kPartner, "test", kStart, kStart + 1h, {}}, hash);
  keys.add({{"key_2"}, Role::admin, {}, "ops", kStart, {}, {}}, std::string(32, 'i'));
  const ApiKey found = keys.find_valid(hash, kStart).value();
  CHECK(found.role == Role::partner);
  CHECK(found.partner == kPartner);
  CHECK_FALSE(keys.find_valid(hash, kStart + 1h).has_value());
  CHECK_FALSE(keys.find_valid(std::string(32, 'x'), kStart).has_value());
  keys.touch({"key_1"}, kStart + 5s);
  CHECK(keys.list().size() == 2);
  CHECK(keys.list()[0].last_used_at == kStart + 5s);
  CHECK(keys.remove({"key_1"}));
  CHECK_FALSE(keys.remove({"key_1"}));
  CHECK_FALSE(keys.find_valid(hash, kStart).has_value());
}

TEMPLATE_TEST_CASE("only the first key of all is made as the first", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  auto& keys = world.session().keys();
  CHECK(keys.add_first({{"key_1"}, Role::admin, {}, "", kStart, {}, {}}, std::string(32, 'a')));
  CHECK_FALSE(
      keys.add_first({{"key_2"}, Role::admin, {}, "", kStart, {}, {}}, std::string(32, 'b')));
  CHECK(keys.list().size() == 1);
  CHECK(keys.find_valid(std::string(32, 'a'), kStart).has_value());
}

TEMPLATE_TEST_CASE("first answers are kept for a day, by scope", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  auto& idempotency = world.session().idempotency();
  idempotency.save("key_1", "abc", {std::string(32, 'f'), "reply"}, kStart);
  CHECK(idempotency.find("key_1", "abc", kStart + 1h).value().reply == "reply");
  CHECK_FALSE(idempotency.find("key_2", "abc", kStart).has_value());
  CHECK_FALSE(idempotency.find("key_1", "abc", kStart + limits::kIdempotencyWindow).has_value());
  idempotency.save("key_1", "abc", {std::string(32, 'g'), "new"}, kStart + 25h);
  CHECK(idempotency.find("key_1", "abc", kStart + 25h).value().reply == "new");
}

TEMPLATE_TEST_CASE("in a group a unit that throws is undone alone", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  Session& session = world.session();
  const auto put = [&](const char* id) {
    session.contracts().put({{id}, kPartner, "x", true}, kStart);
  };
  const std::vector<std::function<void()>> units{[&] { put("A"); },
                                                 [&] {
                                                   put("B");
                                                   throw std::runtime_error("no");
                                                 },
                                                 [&] { put("C"); }};
  const auto failures = session.run_group(units);
  CHECK(failures[0] == nullptr);
  CHECK(failures[1] != nullptr);
  CHECK(failures[2] == nullptr);
  const auto other = world.connect();
  CHECK(other->contracts().find({"A"}).has_value());
  CHECK_FALSE(other->contracts().find({"B"}).has_value());
  CHECK(other->contracts().find({"C"}).has_value());
}

TEMPLATE_TEST_CASE("reads of one instant see nothing that is written between them", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const auto reader = world.connect();
  const auto is_there = [&](const char* id) { return reader->contracts().find({id}).has_value(); };
  const auto write = [&](const char* id) {
    world.session().contracts().put({{id}, kPartner, "x", true}, kStart);
  };
  reader->at_one_instant([&] {
    CHECK_FALSE(is_there("A"));
    write("A");
    CHECK_FALSE(is_there("A"));
  });
  CHECK(is_there("A"));

  CHECK_THROWS_AS(reader->at_one_instant([&] {
    CHECK_FALSE(is_there("B"));
    throw std::runtime_error("no");
  }),
                  std::runtime_error);
  write("B");
  CHECK(is_there("B"));
}

TEMPLATE_TEST_CASE("two sessions that write at once both get through", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const auto write = [&](const std::string& prefix) {
    const auto session = world.connect();
    for (int i = 0; i < 100; ++i)
      session->contracts().put({{prefix + std::to_string(i)}, kPartner, "x", true}, kStart);
  };
  std::thread one(write, "a");
  std::thread two(write, "b");
  one.join();
  two.join();
  CHECK(world.session().contracts().list(kPartner).size() == 201);
}

TEMPLATE_TEST_CASE("many processes may migrate at once", "", WEBHOOKS_ENGINES) {
  TestType engine;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { engine.backend().migrate(); });
  for (std::thread& thread : threads) thread.join();
  CHECK(engine.backend().connect()->contracts().list(std::nullopt).empty());
}
