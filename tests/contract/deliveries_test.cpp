#include <functional>
#include <map>

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
  const RecoverQuery all{kStart, world.now + 1s};
  CHECK_FALSE(world.session().deliveries().count_missed(kStranger, id, all, world.now).has_value());
  CHECK_FALSE(world.session().deliveries().find_missed(kStranger, id, all, world.now).has_value());
  CHECK(std::holds_alternative<NotFound>(
      world.session().deliveries().recover(kStranger, id, {}, world.now)));
  const auto dry = world.session().deliveries().count_missed(kPartner, id, all, world.now).value();
  CHECK(dry.created == 2);
  CHECK(dry.requeued == 0);
  const auto done = std::get<Recovered>(world.recover(id, all));
  CHECK(done.created == 2);
  CHECK(done.complete);
  CHECK(subjects(world.turn()) == Names{"b#4"});
  CHECK(subjects(world.turn({world.settled(claims[0], 200)})) == Names{"a#3"});
  const auto nothing = std::get<Recovered>(world.recover(id, all));
  CHECK(nothing.created + nothing.requeued == 0);
}

TEMPLATE_TEST_CASE("recovering much goes in steps, in order, each event once", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  world.set_status(id, WebhookStatus::inactive);
  constexpr int kMany = 4500;
  std::vector<Event> events;
  for (int i = 0; i < kMany; ++i)
    events.push_back({{"many-" + std::to_string(i)},
                      EventType::product_added,
                      kContract,
                      "s" + std::to_string(i % 50),
                      world.now,
                      {},
                      "{}"});
  world.session().events().append(events, world.now);
  while (world.turn().more) {
  }
  world.set_status(id, WebhookStatus::active);
  const RecoverQuery all{kStart, world.now + 1s};
  CHECK(world.session().deliveries().count_missed(kPartner, id, all, world.now)->created == kMany);
  std::int64_t created = 0;
  int steps = 1;
  Recovered step = std::get<Recovered>(world.recover(id, all));
  for (; !step.complete && steps < 10; ++steps) {
    CHECK(step.created > 0);
    created += step.created;
    world.turn({}, 0);
    step = std::get<Recovered>(world.recover(id, all));
  }
  CHECK(created + step.created == kMany);
  CHECK(steps == 3);
  std::map<std::string, std::vector<std::string>> by_subject;
  TurnResult result = world.turn();
  while (!result.claims.empty()) {
    std::vector<Settlement> done;
    for (const Claim& claim : result.claims) {
      by_subject[claim.event.subject].push_back(claim.event.id.value);
      done.push_back(world.settled(claim, 200));
    }
    result = world.turn(std::move(done));
  }
  for (int i = 0; i < 50; ++i) {
    Names expected;
    for (int n = i; n < kMany; n += 50) expected.push_back("many-" + std::to_string(n));
    CHECK(by_subject["s" + std::to_string(i)] == expected);
  }
}

TEMPLATE_TEST_CASE("looking for what was missed waits for no writer", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  for (int i = 0; i < 3; ++i) world.publish("a");
  world.turn({}, 0);
  world.set_status(id, WebhookStatus::inactive);
  world.set_status(id, WebhookStatus::active);
  const auto reader = world.connect();
  const RecoverQuery all{kStart, world.now + 1s};
  const std::vector<std::function<void()>> looking{[&] {  // while this holds the store
    CHECK(reader->deliveries().count_missed(kPartner, id, all, world.now)->requeued == 3);
    CHECK(reader->deliveries().find_missed(kPartner, id, all, world.now)->events.size() == 3);
  }};
  world.session().run_group(looking);
}

TEMPLATE_TEST_CASE("what came between looking and recovering is not sent again", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook(DeliveryOrder::any);
  for (const char* subject : {"a", "b"}) world.publish(subject);
  const auto claims = world.turn().claims;
  world.turn({world.settled(claims[0], 404), world.settled(claims[1], 404)});
  world.set_status(id, WebhookStatus::inactive);
  world.set_status(id, WebhookStatus::active);
  auto& deliveries = world.session().deliveries();
  const Missed missed =
      deliveries.find_missed(kPartner, id, {kStart, world.now + 1s}, world.now).value();
  REQUIRE(missed.events.size() == 2);
  CHECK(
      std::holds_alternative<Delivery>(deliveries.retry(kPartner, delivery_id(id, 1), world.now)));
  CHECK(std::get<Recovered>(deliveries.recover(kPartner, id, missed, world.now)).requeued == 1);
}

TEMPLATE_TEST_CASE("a page of the log that looked at enough without finding enough goes on", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook(DeliveryOrder::any);
  for (int i = 1; i <= 10; ++i) world.publish(i % 5 == 0 ? "rare" : "often");
  world.turn();
  auto& deliveries = world.session().deliveries();
  using Pages = std::vector<std::vector<std::int64_t>>;
  const auto pages = [&](DeliveryQuery query) {
    Pages all;
    do {
      const auto page = deliveries.list(kPartner, id, query).value();
      all.emplace_back();
      for (const Delivery& delivery : page.deliveries) all.back().push_back(delivery.sequence);
      query.cursor = page.next_cursor;
    } while (query.cursor && all.size() < 20);
    return all;
  };
  DeliveryQuery query;
  query.subject = "rare";
  query.look = 3;
  CHECK(pages(query) == Pages{{10}, {5}, {}, {}});
  query.after_sequence = 0;
  CHECK(pages(query) == Pages{{}, {5}, {}, {10}});
  query.after_sequence = 8;
  CHECK(pages(query) == Pages{{10}});
  query.after_sequence = 10;
  CHECK(pages(query) == Pages{{}});
  query.after_sequence.reset();
  query.look = 10;
  CHECK(pages(query) == Pages{{10, 5}});
  query.limit = 1;
  CHECK(pages(query) == Pages{{10}, {5}});
  query = {};
  query.look = 4;
  query.limit = 3;
  CHECK(pages(query) == Pages{{10, 9, 8}, {7, 6, 5}, {4, 3, 2}, {1}});
  query.states = {DeliveryState::failed};
  CHECK(pages(query) == Pages{{}, {}, {}});
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
