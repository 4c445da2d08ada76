#include "tests/contract/world.h"

using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;

TEMPLATE_TEST_CASE("the backlog tells what waits, where and since when", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  InsightStore& insight = world.session().insight();
  const Backlog idle = insight.backlog(world.now);
  CHECK(idle.events_pending == 0);
  CHECK_FALSE(idle.oldest_event.has_value());
  CHECK_FALSE(idle.oldest_kept.has_value());

  world.add_webhook();
  world.set_status(world.add_webhook(), WebhookStatus::inactive);
  world.publish("a");
  world.now += 1s;
  world.publish("a");
  world.publish("b");
  Backlog backlog = insight.backlog(world.now);
  CHECK(backlog.events_pending == 3);
  CHECK(backlog.oldest_event == kStart);
  CHECK(backlog.webhooks_active == 1);
  CHECK(backlog.webhooks_inactive == 1);

  const TurnResult sent = world.turn();
  REQUIRE(sent.claims.size() == 2);  // the second of subject a is held
  backlog = insight.backlog(world.now);
  CHECK(backlog.events_pending == 0);
  CHECK_FALSE(backlog.oldest_event.has_value());
  CHECK(backlog.oldest_kept == kStart);
  CHECK(backlog.deliveries_pending == 3);
  CHECK(backlog.deliveries_queued == 0);
  CHECK(backlog.deliveries_sending == 2);

  world.turn({world.settled(sent.claims[0], 503), world.settled(sent.claims[1], 200)}, 0);
  backlog = insight.backlog(world.now);
  CHECK(backlog.deliveries_pending == 2);
  CHECK(backlog.deliveries_queued == 1);
  CHECK(backlog.deliveries_due == 0);
  CHECK(backlog.deliveries_sending == 0);
  CHECK(insight.backlog(world.now + 1h).deliveries_due == 1);
}

TEMPLATE_TEST_CASE("failing and probed webhooks are counted", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("a");
  for (int failures = 1; failures <= kProbeAfter; ++failures) {
    const TurnResult sent = world.turn();
    REQUIRE(sent.claims.size() == 1);
    world.turn({world.settled(sent.claims[0], 500)}, 0);
    const Backlog backlog = world.session().insight().backlog(world.now);
    CHECK(backlog.webhooks_failing == 1);
    CHECK(backlog.webhooks_probed == (failures == kProbeAfter ? 1 : 0));
    world.now += 24h;
  }
}

TEMPLATE_TEST_CASE("a webhook's owner is told, and everybody there is", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId webhook = world.add_webhook();
  world.session().contracts().put({{"C2"}, kStranger, "Two", true}, kStart);
  InsightStore& insight = world.session().insight();
  CHECK(insight.owner(webhook) == kPartner);
  CHECK_FALSE(insight.owner({"wh_none"}).has_value());
  CHECK(insight.partners() == std::vector{kPartner, kStranger});
}

TEMPLATE_TEST_CASE("the newest deliveries of all webhooks are found by state", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.add_webhook();
  const EventId first = world.publish("a");
  const EventId second = world.publish("a");
  const TurnResult sent = world.turn();
  REQUIRE(sent.claims.size() == 2);
  world.turn({world.settled(sent.claims[0], 200)}, 0);
  InsightStore& insight = world.session().insight();
  const auto all = insight.newest({}, 10);
  REQUIRE(all.size() == 4);
  CHECK(all.front().event == second);
  CHECK(all.back().event == first);
  CHECK(insight.newest({}, 3).size() == 3);
  const auto sending = insight.newest({DeliveryState::sending}, 10);
  REQUIRE(sending.size() == 1);
  CHECK(sending[0].webhook == sent.claims[1].webhook);
  CHECK(insight.newest({DeliveryState::delivered, DeliveryState::pending}, 10).size() == 3);
  CHECK(insight.newest({DeliveryState::failed}, 10).empty());
}

TEMPLATE_TEST_CASE("the store knows its own size", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const Footprint before = world.session().insight().footprint();
  CHECK(before.data > 0);
  for (int i = 0; i < 2000; ++i) world.publish("subject/" + std::to_string(i));
  const Footprint after = world.session().insight().footprint();
  CHECK(after.data + after.log > before.data + before.log);
}
