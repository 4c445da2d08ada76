#include <map>

#include "tests/contract/world.h"

using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;
// What a turn takes of each when it cannot take all: of contracts that have events, and of webhooks
// that have deliveries.

namespace {

template <class TestType>
void publish_to(World<TestType>& world, const std::string& contract, int count) {
  static int serial = 0;
  std::vector<Event> events;
  for (int i = 0; i < count; ++i) {
    const std::string id = std::to_string(++serial);
    events.push_back(
        {{"share-" + id}, EventType::product_added, {contract}, id, world.now, {}, "{}"});
  }
  world.session().events().append(events, world.now);
}

// Webhooks that have proven themselves.
template <class TestType>
void add_proven(World<TestType>& world, int count) {
  for (int i = 0; i < count; ++i) world.add_webhook(DeliveryOrder::any);
  world.publish("first");
  std::vector<Settlement> settled;
  for (const Claim& claim : world.turn({}, 1000).claims)
    settled.push_back(world.settled(claim, 200));
  REQUIRE(settled.size() == std::size_t(count));
  REQUIRE(world.turn(settled, 0).claims.empty());
}

std::map<std::string, int> served(const TurnResult& result) {
  std::map<std::string, int> claims;
  for (const Claim& claim : result.claims) ++claims[claim.webhook.value];
  return claims;
}

}  // namespace

TEMPLATE_TEST_CASE("a flood of one contract leaves the others their turns", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  publish_to(world, "C0", 100);
  for (int i = 1; i < 10; ++i) publish_to(world, "C" + std::to_string(i), 1);
  TurnRequest request = world.request();
  request.fan_out_limit = 16;
  const auto dispatched = [&] {
    const TurnResult result = world.session().turns().turn(request);
    CHECK(result.more);
    return result.dispatched;
  };
  CHECK(dispatched() == 16);  // eight of C0, and what that leaves: C1 to C8
  CHECK(dispatched() == 9);   // C9, where the last one ended, and its eight of C0 once round
  CHECK(dispatched() == 16);  // C0 alone has all
}

TEMPLATE_TEST_CASE("every event is fanned out once, however few a turn may", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  for (int i = 0; i < 7; ++i) publish_to(world, "C" + std::to_string(i), 1 + 5 * i);
  TurnRequest request = world.request();
  std::int64_t dispatched = 0;
  for (const std::int64_t limit : {1, 3, 8, 20, 1024}) {
    request.fan_out_limit = limit;
    const TurnResult result = world.session().turns().turn(request);
    dispatched += result.dispatched;
    CHECK(result.dispatched > 0);
    CHECK(result.dispatched <= limit);
    CHECK(result.more == (limit < 1024));
  }
  CHECK(dispatched == 7 + 5 * 21);
  CHECK(world.session().insight().backlog(world.now).events_pending == 0);
  CHECK(world.session().turns().turn(request).dispatched == 0);
}

TEMPLATE_TEST_CASE("of many webhooks with much those that waited longest are served, eight each",
                   "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  add_proven(world, 30);
  for (int i = 0; i < 20; ++i) world.publish("s" + std::to_string(i));
  REQUIRE(world.turn({}, 0).created == 600);
  std::map<std::string, int> all;
  for (const std::size_t webhooks : {8, 8, 8, 6}) {
    world.now += 1ms;
    const auto now_served = served(world.turn({}, int(webhooks) * 8));
    CHECK(now_served.size() == webhooks);
    for (const auto& [webhook, claims] : now_served) {
      CHECK(claims == 8);
      CHECK(all.emplace(webhook, claims).second);
    }
  }
  CHECK(all.size() == 30);
}

TEMPLATE_TEST_CASE("of many webhooks with little all are served at once", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  add_proven(world, 50);
  world.publish("s");
  CHECK(served(world.turn({}, 50)).size() == 50);
}

TEMPLATE_TEST_CASE("with room for little nobody gets all of it", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  add_proven(world, 3);
  for (int i = 0; i < 20; ++i) world.publish("s" + std::to_string(i));
  CHECK(served(world.turn({}, 1)).size() == 1);
  world.now += 1ms;
  CHECK(served(world.turn({}, 5)).size() == 3);
  world.now += 1ms;
  CHECK(served(world.turn({}, 20)) ==
        std::map<std::string, int>{{world.name(1), 5}, {world.name(2), 5}, {world.name(3), 5}});
}

TEMPLATE_TEST_CASE("webhooks that are not proven leave half of the bytes to the others", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  for (int i = 0; i < 10; ++i) world.add_webhook(DeliveryOrder::any);
  world.publish("s");
  TurnRequest request = world.request();
  request.capacity.bytes = 8 * std::int64_t(std::string_view(R"({"n":1})").size());
  CHECK(world.session().turns().turn(request).claims.size() == 4);
  CHECK(world.session().turns().turn(request).claims.size() == 4);
  CHECK(world.session().turns().turn(request).claims.size() == 2);
}

TEMPLATE_TEST_CASE("what waited for its contract or webhook to be active stands behind the others",
                   "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  auto& contracts = world.session().contracts();
  contracts.put({{"CTR-2"}, kPartner, "Paused", true}, world.now);
  const WebhookId paused = world.add_webhook(DeliveryOrder::any);
  world.edit(paused, [](WebhookSettings& settings) { settings.contract = {"CTR-2"}; });
  for (int i = 0; i < 2; ++i) {
    publish_to(world, "CTR-2", 1);
    world.turn({}, 0);
  }
  contracts.put({{"CTR-2"}, kPartner, "Paused", false}, world.now);
  world.now += 24h;
  const WebhookId other = world.add_webhook(DeliveryOrder::any);
  world.publish("a");
  world.publish("b");
  world.turn({}, 0);
  world.now += 10min;
  contracts.put({{"CTR-2"}, kPartner, "Paused", true}, world.now);
  CHECK(world.turn({}, 1).claims.at(0).webhook == other);

  world.edit(paused, [](WebhookSettings& settings) {
    settings.url = "https://hooks.example/moved";  // wakes it
  });
  world.publish("c");
  world.now += 1ms;
  CHECK(world.turn({}, 1).claims.at(0).webhook == paused);  // in its turn
}

TEMPLATE_TEST_CASE("switching a contract off and on hands out no second probe", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook(DeliveryOrder::any);
  for (int i = 0; i < 20; ++i) world.publish("s" + std::to_string(i));
  std::vector<Settlement> failures;
  for (const Claim& claim : world.turn({}, int(kProbeAfter)).claims)
    failures.push_back(world.settled(claim, 503));
  REQUIRE(failures.size() < 20);
  while (failures.size() < std::size_t(kProbeAfter))
    for (const Claim& claim : world.turn({}, 1).claims)
      failures.push_back(world.settled(claim, 503));
  world.turn(failures, 0);
  world.now += 2s;
  REQUIRE(world.turn({}, 1).claims.size() == 1);  // the probe
  for (const bool active : {false, true})
    world.session().contracts().put({kContract, kPartner, "Acme Travel", active}, world.now);
  CHECK(world.turn({}, 10).claims.empty());
}

TEMPLATE_TEST_CASE("events with thousands of subscribers are fanned out whole, a few in a turn", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  for (const char* const contract : {"C0", "C1", "C2"}) {
    world.session().contracts().put({{contract}, kPartner, "x", true}, world.now);
    world.add_webhooks(kPartner, {contract}, 1200);
    publish_to(world, contract, 2);
  }
  std::int64_t created = 0;
  for (int turn = 0; turn < 3; ++turn) {
    const TurnResult result = world.turn({}, 0);
    CHECK(result.dispatched == 2);
    CHECK(result.created == 2400);
    CHECK(result.more == (turn < 2));
    created += result.created;
  }
  CHECK(created == 6 * 1200);
  CHECK(world.turn({}, 0).dispatched == 0);
}

TEMPLATE_TEST_CASE("retention removes few events in a turn where each went to many webhooks", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  std::vector<WebhookId> webhooks;
  for (int i = 0; i < 45; ++i) webhooks.push_back(world.add_webhook(DeliveryOrder::any));
  for (const char* const subject : {"a", "b", "c"}) world.publish(subject);
  world.turn({}, 0);
  for (const WebhookId& id : webhooks) world.set_status(id, WebhookStatus::inactive);
  world.now += limits::kRetention + 1s;
  TurnRequest request = world.request(0);
  request.sweep_limit = 20;
  for (const bool more : {true, true, false}) {
    const TurnResult result = world.session().turns().turn(request);
    CHECK(result.removed == 1);
    if (more) CHECK(result.more);
  }
}
