#include "tests/contract/world.h"

using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;
using Names = std::vector<std::string>;

TEMPLATE_TEST_CASE("a delivery can be sent again, as a new round", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("a");
  const auto claims = world.turn().claims;
  const DeliveryId id = delivery_id(claims[0].webhook, 1);
  auto& deliveries = world.session().deliveries();
  CHECK(std::holds_alternative<InFlight>(deliveries.retry(kPartner, id, world.now)));
  world.turn({world.settled(claims[0], 200)});
  CHECK(std::holds_alternative<NotFound>(deliveries.retry(kStranger, id, world.now)));
  const Delivery queued = std::get<Delivery>(deliveries.retry(kPartner, id, world.now));
  CHECK(queued.state == DeliveryState::pending);
  const auto again = world.turn().claims;
  REQUIRE(again.size() == 1);
  CHECK(again[0].attempt == 2);
  CHECK(again[0].round_attempt == 1);
  CHECK(again[0].trigger == Trigger::manual);
}

TEMPLATE_TEST_CASE("a manual retry goes before the younger ones of its subject", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  for (int i = 0; i < 3; ++i) world.publish("a");
  auto claims = world.turn().claims;
  claims = world.turn({world.settled(claims[0], 200)}).claims;  // a#2 in flight
  world.turn({world.settled(claims[0], 500)});                  // a#2 waits 5 s, a#3 behind it
  auto& deliveries = world.session().deliveries();
  CHECK(
      std::holds_alternative<Delivery>(deliveries.retry(kPartner, delivery_id(id, 1), world.now)));
  claims = world.turn().claims;
  REQUIRE(claims.size() == 1);
  CHECK(claims[0].sequence == 1);
  CHECK(world.turn({world.settled(claims[0], 200)}).claims.empty());
  world.now += 5s;
  CHECK(subjects(world.turn()) == Names{"a#2"});
}

TEMPLATE_TEST_CASE("retrying one that waits makes it due now", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  world.publish("a");
  const auto claims = world.turn().claims;
  world.turn({world.settled(claims[0], 500)});
  CHECK(std::holds_alternative<Delivery>(
      world.session().deliveries().retry(kPartner, delivery_id(id, 1), world.now)));
  CHECK(subjects(world.turn()) == Names{"a#1"});
}

TEMPLATE_TEST_CASE("a test event goes to its webhook alone, at once", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  world.add_webhook();
  const Event event{{"evt-test"}, EventType::product_added, kContract, "test", world.now, {}, "{}"};
  const Delivery queued =
      std::get<Delivery>(world.session().deliveries().test(kPartner, id, event, world.now));
  CHECK(queued.sequence == 1);
  const auto claims = world.turn().claims;
  REQUIRE(claims.size() == 1);
  CHECK(claims[0].webhook == id);
  CHECK(claims[0].trigger == Trigger::test);
  world.set_status(id, WebhookStatus::inactive);
  CHECK(std::holds_alternative<WebhookInactive>(world.session().deliveries().test(
      kPartner, id, {{"evt-2"}, EventType::product_added, kContract, "t", world.now, {}, "{}"},
      world.now)));
}

TEMPLATE_TEST_CASE("recover brings back what was missed, in the outbox's order, without what came",
                   "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  world.publish("a");  // delivered
  auto claims = world.turn().claims;
  world.turn({world.settled(claims[0], 200)});
  world.set_status(id, WebhookStatus::inactive);
  world.publish("a");  // missed
  world.publish("b");  // missed
  world.turn();
  world.set_status(id, WebhookStatus::active);
  world.publish("a");  // in flight while the others come back
  claims = world.turn().claims;
  REQUIRE(claims.size() == 1);
  auto& deliveries = world.session().deliveries();
  const auto dry = std::get<Recovered>(
      deliveries.recover(kPartner, id, {kStart, world.now + 1s, true}, world.now));
  CHECK(dry.created == 2);
  CHECK(dry.requeued == 0);
  const auto done = std::get<Recovered>(
      deliveries.recover(kPartner, id, {kStart, world.now + 1s, false}, world.now));
  CHECK(done.created == 2);
  CHECK(done.complete);
  CHECK(subjects(world.turn()) == Names{"b#4"});
  CHECK(subjects(world.turn({world.settled(claims[0], 200)})) == Names{"a#3"});
  const auto nothing = std::get<Recovered>(
      deliveries.recover(kPartner, id, {kStart, world.now + 1s, false}, world.now));
  CHECK(nothing.created + nothing.requeued == 0);
}

TEMPLATE_TEST_CASE("the log filters and pages by cursor while rows arrive", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook(DeliveryOrder::any);
  for (int i = 0; i < 5; ++i) world.publish(i % 2 ? "odd" : "even");
  const auto claims = world.turn().claims;
  world.turn({world.settled(claims[0], 200), world.settled(claims[1], 500)});
  auto& deliveries = world.session().deliveries();
  const auto sequences = [&](const DeliveryQuery& query) {
    std::vector<std::int64_t> out;
    const auto page = deliveries.list(kPartner, id, query);
    for (const Delivery& delivery : page.value().deliveries) out.push_back(delivery.sequence);
    return out;
  };
  using Numbers = std::vector<std::int64_t>;
  DeliveryQuery query;
  query.limit = 2;
  CHECK(sequences(query) == Numbers{5, 4});
  const auto first = deliveries.list(kPartner, id, query).value();
  REQUIRE(first.next_cursor.has_value());
  world.publish("even");
  world.turn();
  query.cursor = first.next_cursor;
  CHECK(sequences(query) == Numbers{3, 2});
  query = {};
  query.after_sequence = 4;
  CHECK(sequences(query) == Numbers{5, 6});
  query = {};
  query.subject = "odd";
  CHECK(sequences(query) == Numbers{4, 2});
  query = {};
  query.states = {DeliveryState::delivered, DeliveryState::pending};
  CHECK(sequences(query) == Numbers{2, 1});
  query = {};
  query.event_types = {EventType::product_updated};
  CHECK(sequences(query).empty());
  CHECK_FALSE(deliveries.list(kStranger, id, {}).has_value());
}
