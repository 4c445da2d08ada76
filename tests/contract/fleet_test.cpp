#include <algorithm>
#include <map>

#include "tests/contract/world.h"

using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;
// Webhooks beside each other: fair turns, health, their ends.
using Names = std::vector<std::string>;

TEMPLATE_TEST_CASE("410 ends the delivery and turns the webhook inactive", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  world.publish("a");
  world.publish("a");
  const auto claims = world.turn().claims;
  const auto result = world.turn({world.settled(claims[0], 410)});
  CHECK(result.claims.empty());
  REQUIRE(result.deactivated.size() == 1);
  const Webhook webhook = world.session().webhooks().find(kPartner, id).value();
  CHECK(webhook.settings.status == WebhookStatus::inactive);
  CHECK(webhook.status_reason == "the endpoint answered 410 Gone");
  CHECK(webhook.version == 2);
  CHECK(world.delivery(claims[0]).state == DeliveryState::failed);
  CHECK(world.session().deliveries().find(kPartner, delivery_id(id, 2)).value().delivery.state ==
        DeliveryState::cancelled);
}

TEMPLATE_TEST_CASE("five days of nothing but failures turn the webhook inactive", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook(DeliveryOrder::any);
  world.publish("a");
  auto claims = world.turn().claims;
  world.turn({world.settled(claims[0], 500)});
  world.now += limits::kGiveUpAfter - 1ms;
  claims = world.turn().claims;
  REQUIRE(world.turn({world.settled(claims[0], 500)}).deactivated.empty());
  world.publish("b");
  world.now += 1ms;
  claims = world.turn().claims;
  REQUIRE(claims.size() == 1);
  CHECK(world.turn({world.settled(claims[0], 500)}).deactivated.size() == 1);
  CHECK(world.session().webhooks().find(kPartner, id).value().settings.status ==
        WebhookStatus::inactive);
}

TEMPLATE_TEST_CASE("turning a webhook inactive cancels what waits and leaves what is in flight", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  world.publish("a");
  world.publish("a");
  const auto claims = world.turn().claims;
  world.set_status(id, WebhookStatus::inactive);
  CHECK(world.delivery(claims[0]).state == DeliveryState::sending);
  CHECK(world.session().deliveries().find(kPartner, delivery_id(id, 2)).value().delivery.state ==
        DeliveryState::cancelled);
  CHECK(world.turn({world.settled(claims[0], 500)}).claims.empty());
  CHECK(world.delivery(claims[0]).state == DeliveryState::cancelled);
  world.set_status(id, WebhookStatus::active);
  world.publish("a");
  CHECK(subjects(world.turn()) == Names{"a#3"});
}

TEMPLATE_TEST_CASE("a deactivation with a long backlog is swept in steps and shows at once", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook(DeliveryOrder::any);
  for (int i = 0; i < 2500; ++i) world.publish("s" + std::to_string(i));
  while (world.turn({}, 0).more) {
  }
  world.set_status(id, WebhookStatus::inactive);
  DeliveryQuery cancelled;
  cancelled.states = {DeliveryState::cancelled};
  cancelled.limit = 5000;
  CHECK(world.session().deliveries().list(kPartner, id, cancelled).value().deliveries.size() ==
        2500);
  while (world.turn().more) {
  }
  CHECK(world.session().deliveries().list(kPartner, id, cancelled).value().deliveries.size() ==
        2500);
  world.set_status(id, WebhookStatus::active);
  CHECK(world.turn().claims.empty());
}

TEMPLATE_TEST_CASE("deleting a webhook removes it, its waiting deliveries and its log", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  world.publish("a");
  world.publish("a");
  const auto claims = world.turn().claims;
  CHECK(std::holds_alternative<std::monostate>(world.session().webhooks().remove(kPartner, id, 1)));
  CHECK_FALSE(world.session().deliveries().find(kPartner, delivery_id(id, 2)).has_value());
  const auto result = world.turn({world.settled(claims[0], 500)});
  CHECK(result.lost.empty());
  CHECK(result.claims.empty());
  while (world.turn().more) {
  }
}

TEMPLATE_TEST_CASE("sequences have no gap, over turns, webhooks and sessions", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId one = world.add_webhook(DeliveryOrder::any);
  const WebhookId two = world.add_webhook(DeliveryOrder::any, {EventType::product_added});
  std::map<std::string, std::vector<std::int64_t>> seen;
  for (int i = 0; i < 30; ++i) {
    world.publish("s", i % 3 == 0 ? EventType::product_updated : EventType::product_added);
    for (const Claim& claim : world.turn().claims)
      seen[claim.webhook.value].push_back(claim.sequence);
  }
  REQUIRE(seen[one.value].size() == 30);
  REQUIRE(seen[two.value].size() == 20);
  for (const auto& [id, sequences] : seen)
    for (std::size_t i = 0; i < sequences.size(); ++i) CHECK(sequences[i] == std::int64_t(i) + 1);
}

TEMPLATE_TEST_CASE("webhooks take fair turns, however long one's backlog", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId flooded = world.add_webhook(DeliveryOrder::any);
  for (int i = 0; i < 100; ++i) world.publish("s" + std::to_string(i));
  world.turn({}, 0);
  const WebhookId other = world.add_webhook(DeliveryOrder::any);
  world.publish("late");
  world.turn({}, 0);
  bool served = false;
  for (int i = 0; i < 3 && !served; ++i) {
    world.now += 1ms;
    for (const Claim& claim : world.turn({}, 2).claims) served |= claim.webhook == other;
  }
  CHECK(served);
}

TEMPLATE_TEST_CASE("webhooks that are not proven share the unproven part of the capacity", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook(DeliveryOrder::any);
  for (int i = 0; i < 10; ++i) world.publish("s" + std::to_string(i));
  TurnRequest request;
  request.now = world.now;
  request.worker = "w1";
  request.capacity = Capacity::of(8);
  request.capacity.unproven = 3;
  request.lease = kLease;
  request.check = [](const OutboxRow&) { return std::optional<std::string>(); };
  request.room = [](std::int64_t, const Health&) { return 100; };
  auto first = world.session().turns().turn(request);
  REQUIRE(first.claims.size() == 3);
  request.settled = {world.settled(first.claims[0], 200)};
  request.capacity = {14, 3, 3, 1000};
  CHECK(world.session().turns().turn(request).claims.size() == 7);
}

TEMPLATE_TEST_CASE("webhooks that are probed do not stand before one of which nothing is known", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  for (int i = 0; i < 6; ++i) world.add_webhook(DeliveryOrder::any);
  world.publish("s");
  for (int round = 0; round < kProbeAfter; ++round) {
    const auto claims = world.turn().claims;
    REQUIRE(claims.size() == 6);
    std::vector<Settlement> failures;
    for (const Claim& claim : claims) failures.push_back(world.settled(claim, 503));
    world.turn(failures, 0);
    world.now += 6h;
  }
  const WebhookId unknown = world.add_webhook(DeliveryOrder::any);
  world.publish("t");
  TurnRequest request;
  request.now = world.now;
  request.worker = "w1";
  request.capacity = {8, 3, 2, 1000};
  request.lease = kLease;
  request.check = [](const OutboxRow&) { return std::optional<std::string>(); };
  request.room = [](std::int64_t, const Health&) { return 1; };
  const auto claims = world.session().turns().turn(request).claims;
  CHECK(claims.size() == 3);
  CHECK(std::count_if(claims.begin(), claims.end(),
                      [](const Claim& claim) { return is_probing(claim.health); }) == 2);
  CHECK(std::any_of(claims.begin(), claims.end(),
                    [&](const Claim& claim) { return claim.webhook == unknown; }));
  // Others are ready, but nobody may be claimed: no reason for a turn right away.
  request.capacity = {5, 0, 2, 1000};
  const TurnResult full = world.session().turns().turn(request);
  CHECK(full.claims.empty());
  CHECK_FALSE(full.more);
}

TEMPLATE_TEST_CASE("a webhook's share ends with the claim that reaches its bytes", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook(DeliveryOrder::any);
  for (int i = 0; i < 4; ++i) world.publish("s" + std::to_string(i));
  const auto size = std::int64_t(std::string_view(R"({"n":1})").size());
  TurnRequest request;
  request.now = world.now;
  request.worker = "w1";
  request.capacity = {8, 8, 8, size + 1};
  request.lease = kLease;
  request.check = [](const OutboxRow&) { return std::optional<std::string>(); };
  request.room = [](std::int64_t, const Health&) { return 100; };
  CHECK(world.session().turns().turn(request).claims.size() == 2);
  CHECK(world.session().turns().turn(request).claims.size() == 2);
}

TEMPLATE_TEST_CASE("a webhook that only fails is probed by one delivery at a time", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook(DeliveryOrder::any);
  for (int i = 0; i < 20; ++i) world.publish("s" + std::to_string(i));
  auto claims = world.turn({}, kProbeAfter).claims;
  REQUIRE(claims.size() == std::size_t(kProbeAfter));
  std::vector<Settlement> failures;
  for (const Claim& claim : claims) failures.push_back(world.settled(claim, 503));
  CHECK(world.turn(failures).claims.empty());
  world.now += 1s;
  TurnRequest request;
  request.now = world.now;
  request.worker = "w1";
  request.capacity = Capacity::of(20);
  request.lease = kLease;
  request.check = [](const OutboxRow&) { return std::optional<std::string>(); };
  request.room = [](std::int64_t, const Health& health) { return is_probing(health) ? 1 : 100; };
  const auto probe = world.session().turns().turn(request);
  REQUIRE(probe.claims.size() == 1);
  // Neither this worker nor another sends a second one while the probe is on its way.
  CHECK(world.session().turns().turn(request).claims.empty());
  request.settled = {world.settled(probe.claims[0], 200)};
  CHECK(world.session().turns().turn(request).claims.size() == 10);
}

TEMPLATE_TEST_CASE("a turn sees what another session committed", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.turn();
  world.session().turns().changed();
  CHECK_FALSE(world.session().turns().changed());
  const auto other = world.connect();
  other->events().append(
      {{{"evt-x"}, EventType::product_added, kContract, "a", world.now, {}, "{}"}}, world.now);
  CHECK(world.session().turns().changed());
  CHECK(world.turn().claims.size() == 1);
}

TEMPLATE_TEST_CASE("what is past retention goes, what is unfinished stays", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook(DeliveryOrder::any);
  const EventId done = world.publish("a");
  const EventId waiting = world.publish("b");
  const auto claims = world.turn().claims;
  world.turn({world.settled(claims[0], 200), world.settled(claims[1], 500)});
  world.now += limits::kRetention + 1ms;
  while (world.turn({}, 0).more) {
  }
  CHECK_FALSE(world.session().events().find(done).has_value());
  CHECK(world.session().events().find(waiting).has_value());
}

TEMPLATE_TEST_CASE("a flood under one contract does not stand before another's event", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId flooded = world.add_webhook(DeliveryOrder::any);
  world.session().contracts().put({{"CTR-0"}, kPartner, "Quiet", true}, kStart);
  const auto quiet =
      std::get<Webhook>(world.session().webhooks().create({{"wh_quiet"},
                                                           kPartner,
                                                           {{"CTR-0"},
                                                            "https://quiet.example/",
                                                            {EventType::product_added},
                                                            WebhookStatus::active,
                                                            DeliveryOrder::any,
                                                            ""},
                                                           std::string(32, 'q'),
                                                           world.now}));
  for (int i = 0; i < 1000; ++i) world.publish("s" + std::to_string(i));
  world.session().events().append(
      {{{"quiet-1"}, EventType::product_added, {"CTR-0"}, "s", world.now, {}, "{}"}}, world.now);
  const auto result = world.turn({}, 2000);
  CHECK(std::any_of(result.claims.begin(), result.claims.end(),
                    [&](const Claim& one) { return one.webhook == quiet.id; }));
  CHECK(result.more);
  std::size_t claimed = result.claims.size();
  for (int i = 0; i < 10; ++i) claimed += world.turn({}, 2000).claims.size();
  CHECK(claimed == 1001);
  CHECK(flooded != quiet.id);
}

TEMPLATE_TEST_CASE("every contract's events are fanned out, however many there are", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  for (int i = 0; i < 100; ++i)
    world.session().events().append({{{"e" + std::to_string(i)},
                                      EventType::product_added,
                                      {"C" + std::to_string(i)},
                                      "s",
                                      world.now,
                                      {},
                                      "{}"}},
                                    world.now);
  int dispatched = 0;
  for (int i = 0; i < 5; ++i) dispatched += static_cast<int>(world.turn().dispatched);
  CHECK(dispatched == 100);
  CHECK_FALSE(world.turn().more);
}
