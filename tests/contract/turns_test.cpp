#include <algorithm>

#include "tests/contract/world.h"

using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;
using Names = std::vector<std::string>;

TEMPLATE_TEST_CASE("an event goes to every active webhook that subscribed, and to no other", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId added = world.add_webhook();
  const WebhookId removed_only =
      world.add_webhook(DeliveryOrder::any, {EventType::product_removed});
  const WebhookId sleeping = world.add_webhook();
  world.set_status(sleeping, WebhookStatus::inactive);
  const EventId event = world.publish("product/PR-7");

  const TurnResult result = world.turn();
  REQUIRE(result.claims.size() == 1);
  const Claim& claim = result.claims[0];
  CHECK(claim.webhook == added);
  CHECK(claim.event.id == event);
  CHECK(claim.event.data == R"({"n":1})");
  CHECK(claim.sequence == 1);
  CHECK(claim.attempt == 1);
  CHECK(claim.secrets == Names{std::string(32, 's')});
  CHECK(world.delivery(claim).state == DeliveryState::sending);
  const auto report = world.session().events().find(event).value();
  CHECK(report.status == EventStatus::dispatched);
  CHECK(report.matched == 1);
  CHECK(world.turn().claims.empty());
}

TEMPLATE_TEST_CASE("an event that nobody wants is dispatched to none and counted", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const EventId event = world.publish("product/PR-7");
  CHECK(world.turn().unmatched == 1);
  CHECK(world.session().events().find(event).value().matched == 0);
}

TEMPLATE_TEST_CASE("a row that is no event is rejected with the reason and blocks nothing", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  const EventId bad{"from-sql"};
  world.engine().produce(bad.value, kContract.value);
  const EventId good = world.publish("product/PR-2");
  TurnRequest request;
  request.now = world.now;
  request.worker = "w1";
  request.capacity = Capacity::of(10);
  request.lease = kLease;
  request.check = [&](const OutboxRow& row) -> std::optional<std::string> {
    CHECK(row.id == bad.value);  // the other has been checked by the API
    CHECK(row.data == "{}");
    return "data.name is missing";
  };
  request.room = [](std::int64_t, const Health&) { return 10; };
  const TurnResult result = world.session().turns().turn(request);
  REQUIRE(result.claims.size() == 1);
  CHECK(result.claims[0].event.id == good);
  const auto report = world.session().events().find(bad).value();
  CHECK(report.status == EventStatus::rejected);
  CHECK(report.reason == "data.name is missing");
}

TEMPLATE_TEST_CASE("a 2xx ends the delivery, and its attempt is in the log", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("product/PR-7");
  const auto claims = world.turn().claims;
  world.now += 20ms;
  CHECK(world.turn({world.settled(claims[0], 204)}).claims.empty());
  const auto found = world.session()
                         .deliveries()
                         .find(kPartner, delivery_id(claims[0].webhook, claims[0].sequence))
                         .value();
  CHECK(found.delivery.state == DeliveryState::delivered);
  CHECK(found.delivery.attempts_made == 1);
  CHECK(found.delivery.finished_at == world.now);
  REQUIRE(found.attempts.size() == 1);
  CHECK(found.attempts[0].status_code == 204);
  CHECK(found.attempts[0].trigger == Trigger::schedule);
}

TEMPLATE_TEST_CASE("a failure is tried again when its wait is over, not before", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("product/PR-7");
  const auto first = world.turn().claims;
  const TurnResult after = world.turn({world.settled(first[0], 500)});
  CHECK(after.claims.empty());
  CHECK(after.next_due == world.now + 5s);
  CHECK(world.delivery(first[0]).next_attempt_at == world.now + 5s);
  world.now += 4999ms;
  CHECK(world.turn().claims.empty());
  world.now += 1ms;
  const auto second = world.turn().claims;
  REQUIRE(second.size() == 1);
  CHECK(second[0].attempt == 2);
  CHECK(second[0].round_attempt == 2);
}

TEMPLATE_TEST_CASE("by_subject sends one of a subject at a time, and other subjects flow", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  for (const char* subject : {"a", "a", "b", "a"}) world.publish(subject);
  const auto first = world.turn();
  CHECK(subjects(first) == Names{"a#1", "b#3"});
  // The failing one holds back its own subject alone.
  CHECK(world.turn({world.settled(first.claims[0], 500), world.settled(first.claims[1], 200)})
            .claims.empty());
  world.now += 5s;
  const auto again = world.turn();
  CHECK(subjects(again) == Names{"a#1"});
  const auto next = world.turn({world.settled(again.claims[0], 200)});
  CHECK(subjects(next) == Names{"a#2"});
  CHECK(subjects(world.turn({world.settled(next.claims[0], 200)})) == Names{"a#4"});
}

TEMPLATE_TEST_CASE("latest lets a newer event supersede the older ones that wait", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook(DeliveryOrder::latest);
  world.publish("a");
  const auto first = world.turn();
  world.publish("a");
  world.publish("a");
  world.publish("a", EventType::product_updated);
  CHECK(world.turn().claims.empty());
  // The one in flight fails: a newer one of its type makes a retry pointless.
  const auto next = world.turn({world.settled(first.claims[0], 500)});
  CHECK(subjects(next) == Names{"a#3"});
  const Delivery superseded = world.delivery(first.claims[0]);
  CHECK(superseded.state == DeliveryState::superseded);
  CHECK(superseded.reason == "superseded by " + delivery_id(first.claims[0].webhook, 3).value);
  CHECK(world.session()
            .deliveries()
            .find(kPartner, delivery_id(first.claims[0].webhook, 2))
            .value()
            .delivery.state == DeliveryState::superseded);
  CHECK(subjects(world.turn({world.settled(next.claims[0], 200)})) == Names{"a#4"});
}

TEMPLATE_TEST_CASE("any sends all that is due", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook(DeliveryOrder::any);
  for (int i = 0; i < 3; ++i) world.publish("a");
  CHECK(subjects(world.turn()) == Names{"a#1", "a#2", "a#3"});
}

TEMPLATE_TEST_CASE("a lost lease is attempted again, and its first holder cannot settle it", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("a");
  const auto lost = world.turn().claims;
  world.now += kLease - 1ms;
  CHECK(world.turn().claims.empty());
  world.now += 1ms;
  const auto again = world.turn();
  REQUIRE(again.claims.size() == 1);
  CHECK(again.reclaimed == 1);
  CHECK(again.claims[0].attempt == 2);
  const auto late = world.turn({world.settled(lost[0], 200)});
  CHECK(late.lost.size() == 1);
  CHECK(world.delivery(lost[0]).state == DeliveryState::sending);
  world.turn({world.settled(again.claims[0], 200)});
  const auto found =
      world.session().deliveries().find(kPartner, delivery_id(lost[0].webhook, 1)).value();
  CHECK(found.delivery.state == DeliveryState::delivered);
  REQUIRE(found.attempts.size() == 2);
  CHECK(found.attempts[0].error == "worker_lost");
}

TEMPLATE_TEST_CASE("a worker that comes back takes up what it left, at once", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("a");
  REQUIRE(world.turn().claims.size() == 1);
  CHECK(world.session().turns().release_claims("w2", world.now) == 0);
  CHECK(world.session().turns().release_claims("w1", world.now) == 1);
  CHECK(world.turn().claims.size() == 1);
}

TEMPLATE_TEST_CASE("an event that expires is not sent any more", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("a", EventType::product_added, world.now + 2s);
  const auto claims = world.turn().claims;
  const auto after = world.turn({world.settled(claims[0], 500)});
  CHECK(after.next_due == world.now + 2s);
  world.now += 2s;
  CHECK(world.turn().ended.expired == 1);
  CHECK(world.delivery(claims[0]).state == DeliveryState::expired);
}

TEMPLATE_TEST_CASE("turns count what they superseded and cancelled", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId latest = world.add_webhook(DeliveryOrder::latest, {EventType::product_updated});
  const WebhookId plain = world.add_webhook(DeliveryOrder::any, {EventType::product_added});
  for (int i = 0; i < 3; ++i) world.publish("a", EventType::product_updated);
  CHECK(world.turn({}, 0).ended.superseded == 2);
  const auto sent = world.turn().claims;
  REQUIRE(sent.size() == 1);
  world.publish("a", EventType::product_updated);
  // It goes back to wait, and in the same turn the newer one takes its place.
  CHECK(world.turn({world.settled(sent[0], 500)}, 0).ended.superseded == 1);
  for (int i = 0; i < 5; ++i) world.publish("b");
  std::vector<Claim> claims;
  for (const Claim& claim : world.turn().claims)
    if (claim.webhook == plain) claims.push_back(claim);
  REQUIRE(claims.size() == 5);
  TurnResult result = world.turn({world.settled(claims[0], 410), world.settled(claims[1], 500)}, 0);
  CHECK(result.ended.cancelled == 1);  // the others are being sent
  world.now += kLease;
  CHECK(world.turn({}, 0).ended.cancelled == 3);
  const auto states = world.session().deliveries().list(kPartner, plain, {}).value().deliveries;
  CHECK(std::count_if(states.begin(), states.end(), [](const Delivery& one) {
          return one.state == DeliveryState::cancelled;
        }) == 4);
}

TEMPLATE_TEST_CASE("a claim that was never begun goes back as it was", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("a");
  world.publish("a");
  const auto claims = world.turn().claims;
  CHECK(claims[0].lease_until == world.now + kLease);
  Settlement untouched;
  untouched.claim = claims[0];
  untouched.attempted = false;
  const auto again = world.turn({untouched});
  CHECK(subjects(again) == Names{"a#1"});
  CHECK(again.claims[0].attempt == 1);
  CHECK(world.delivery(again.claims[0]).attempts_made == 0);
}

TEMPLATE_TEST_CASE("the first attempt too waits as long as it is told to", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("a");
  TurnRequest request;
  request.now = world.now;
  request.worker = "w1";
  request.capacity = Capacity::of(10);
  request.lease = kLease;
  request.first_wait = 3s;
  request.check = [](const OutboxRow&) { return std::optional<std::string>(); };
  request.room = [](std::int64_t, const Health&) { return 10; };
  const TurnResult first = world.session().turns().turn(request);
  CHECK(first.claims.empty());
  CHECK(first.next_due == world.now + 3s);
  request.now += 3s;
  CHECK(world.session().turns().turn(request).claims.size() == 1);
}

TEMPLATE_TEST_CASE("a leap of the clock takes nothing out of the hands of who holds it", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("a");
  const auto claims = world.turn().claims;
  REQUIRE(claims.size() == 1);
  world.now += 1h;
  TurnRequest request = world.request();
  request.holds = [&](std::int64_t webhook, std::int64_t event) {
    return webhook == claims[0].key.webhook && event == claims[0].key.event;
  };
  const TurnResult held = world.session().turns().turn(request);
  CHECK(held.reclaimed == 0);
  CHECK_FALSE(held.more);
  CHECK_FALSE(held.next_due.has_value());
  request.worker = "w2";
  request.capacity = {};
  CHECK(world.session().turns().turn(request).reclaimed == 1);  // another's
}

TEMPLATE_TEST_CASE("what its worker holds no more is taken back when its lease has ended", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("a");
  REQUIRE(world.turn().claims.size() == 1);
  world.now += kLease;
  const TurnResult result = world.turn();
  CHECK(result.reclaimed == 1);
  CHECK(result.claims.size() == 1);
}
