#include "tests/contract/world.h"

// Regressions: each of these stories once ended otherwise.
using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;
using Names = std::vector<std::string>;

namespace {

// Takes turns, as the worker's loop does, until nothing says that another is worth while.
template <class W>
Names settle_all(W& world, int status = 200) {
  Names sent;
  TurnResult result = world.turn();
  for (int i = 0; i < 5000 && (result.more || !result.claims.empty()); ++i) {
    std::vector<Settlement> done;
    for (const Claim& claim : result.claims) {
      sent.push_back(claim.event.subject + "#" + std::to_string(claim.sequence));
      done.push_back(world.settled(claim, status));
    }
    result = world.turn(std::move(done));
  }
  return sent;
}

}  // namespace

TEMPLATE_TEST_CASE("latest: superseding the queued first lets the next type of its lane go", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook(DeliveryOrder::latest);
  world.publish("a", EventType::product_added);
  world.publish("a", EventType::product_updated);
  world.turn({}, 0);
  world.publish("a", EventType::product_added);  // supersedes #1, which is queued; #2 is behind it
  CHECK(settle_all(world) == Names{"a#2", "a#3"});
}

TEMPLATE_TEST_CASE("a lane goes on after its older ones were swept from a reactivated webhook", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  for (int i = 0; i < 1500; ++i) world.publish("a");
  while (world.turn({}, 0).more) {
  }
  world.set_status(id, WebhookStatus::inactive);  // 1,000 are cancelled at once, 500 by sweeps
  world.set_status(id, WebhookStatus::active);
  world.publish("a");
  CHECK(settle_all(world) == Names{"a#1501"});
}

TEMPLATE_TEST_CASE("a turn that only ends expired ones asks for another", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("a", EventType::product_added, world.now + 1s);
  world.publish("a");
  world.turn({}, 0);
  world.now += 2s;
  CHECK(settle_all(world) == Names{"a#2"});
}

TEMPLATE_TEST_CASE("a flood to a proven webhook does not starve one that is not proven", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId flooded = world.add_webhook(DeliveryOrder::any, {EventType::product_added});
  world.publish("first");
  auto claims = world.turn().claims;
  world.turn({world.settled(claims[0], 200)});  // proven now
  for (int i = 0; i < 400; ++i) world.publish("s" + std::to_string(i));
  const WebhookId other = world.add_webhook(DeliveryOrder::any, {EventType::product_removed});
  world.publish("late", EventType::product_removed);
  world.turn({}, 0);
  bool served = false;
  std::vector<Settlement> done;
  for (int i = 0; i < 100 && !served; ++i) {
    world.now += 1ms;
    const auto result = world.turn(std::exchange(done, {}), 2);
    for (const Claim& claim : result.claims) {
      served |= claim.webhook == other;
      done.push_back(world.settled(claim, 200));
    }
  }
  CHECK(served);
}

TEMPLATE_TEST_CASE("retention goes on behind one that never finishes", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook(DeliveryOrder::any);
  world.publish("waits");
  world.turn({}, 0);
  world.session().contracts().put({kContract, kPartner, "Acme Travel", false}, world.now);
  EventId last;
  for (int i = 0; i < 700; ++i) last = world.publish("nobody");
  while (world.turn({}, 0).more) {
  }
  world.now += limits::kRetention + 1s;
  for (int i = 0; i < 200; ++i) world.turn({}, 0);
  CHECK_FALSE(world.session().events().find(last).has_value());
}

TEMPLATE_TEST_CASE("an attempt that fails while its contract is inactive is tried again later", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("a");
  world.publish("a");
  const auto claims = world.turn().claims;
  world.session().contracts().put({kContract, kPartner, "Acme Travel", false}, world.now);
  world.turn({world.settled(claims[0], 500)});
  CHECK(world.delivery(claims[0]).state == DeliveryState::pending);
  world.session().contracts().put({kContract, kPartner, "Acme Travel", true}, world.now);
  world.now += 5s;
  CHECK(settle_all(world) == Names{"a#1", "a#2"});
}

TEMPLATE_TEST_CASE("latest: recovering brings the newest of a type and subject alone", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook(DeliveryOrder::latest);
  world.set_status(id, WebhookStatus::inactive);
  for (int i = 0; i < 3; ++i) world.publish("a");
  world.turn();
  world.set_status(id, WebhookStatus::active);
  CHECK(std::holds_alternative<Recovered>(world.recover(id, {kStart, world.now + 1s})));
  CHECK(settle_all(world).size() == 1);
}

TEMPLATE_TEST_CASE("a test is not held back by the backlog of a probed webhook", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook(DeliveryOrder::any);
  for (int i = 0; i < 20; ++i) world.publish("s" + std::to_string(i));
  std::vector<Settlement> failures;
  for (const Claim& claim : world.turn({}, kProbeAfter + 3).claims)
    failures.push_back(world.settled(claim, 503));
  world.turn(failures);
  const Event event{{"evt-test"}, EventType::product_added, kContract, "test", world.now, {}, "{}"};
  world.session().deliveries().test(kPartner, id, event, world.now);
  const auto claims = world.turn({}, 1).claims;
  REQUIRE(claims.size() == 1);
  CHECK(claims[0].trigger == Trigger::test);
}

TEMPLATE_TEST_CASE("a claim that was never begun is cancelled when its webhook is inactive by then",
                   "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  world.publish("a");
  const auto claims = world.turn().claims;
  world.set_status(id, WebhookStatus::inactive);
  Settlement untouched;
  untouched.claim = claims[0];
  untouched.attempted = false;
  TurnResult result = world.turn({untouched});
  while (result.more) result = world.turn();
  CHECK(world.delivery(claims[0]).state == DeliveryState::cancelled);
  world.set_status(id, WebhookStatus::active);
  CHECK(settle_all(world).empty());
}

TEMPLATE_TEST_CASE(
    "a delivery that takes its worker down each time ends, and others go on meanwhile", "",
    WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook(DeliveryOrder::any);
  world.publish("poison");
  std::optional<Claim> poison;
  int losses = 0;
  for (; losses < 20; ++losses) {
    world.publish("innocent");
    std::vector<Settlement> done;
    TurnResult result = world.turn();
    if (losses > 1) {
      CHECK(subjects(result).size() == 1);  // the poison waits, the innocent does not
      done.push_back(world.settled(result.claims.at(0), 200));
      world.now = result.next_due.value_or(world.now) + 15h;
      result = world.turn(std::exchange(done, {}));
    }
    for (const Claim& claim : result.claims) {
      if (claim.event.subject == "poison")
        poison = claim;
      else
        done.push_back(world.settled(claim, 200));
    }
    world.turn(std::move(done));
    if (world.session().turns().release_claims("w1", world.now) == 0) break;
  }
  CHECK(losses == 11);
  const Delivery ended = world.delivery(poison.value());
  CHECK(ended.state == DeliveryState::failed);
  CHECK(ended.attempts_made == 11);
  CHECK(ended.reason == "worker_lost 11 times: the worker went away in the middle");
}

TEMPLATE_TEST_CASE("latest: an old one is not sent behind a newer that came", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook(DeliveryOrder::latest);
  world.publish("a");
  const auto old = world.turn().claims;
  world.set_status(id, WebhookStatus::inactive);
  world.turn({world.settled(old[0], 500)});
  world.set_status(id, WebhookStatus::active);
  REQUIRE(world.delivery(old[0]).state == DeliveryState::cancelled);
  world.publish("a");
  CHECK(settle_all(world) == Names{"a#2"});
  auto& deliveries = world.session().deliveries();
  const RecoverQuery all{kStart, world.now + 1s};
  for (const auto& recovered : {deliveries.count_missed(kPartner, id, all, world.now).value(),
                                std::get<Recovered>(world.recover(id, all))})
    CHECK(recovered.requeued + recovered.created == 0);
  const auto retried = deliveries.retry(kPartner, delivery_id(id, 1), world.now);
  REQUIRE(std::holds_alternative<Superseded>(retried));
  CHECK(std::get<Superseded>(retried).newer == delivery_id(id, 2));
  CHECK(
      std::holds_alternative<Delivery>(deliveries.retry(kPartner, delivery_id(id, 2), world.now)));
  CHECK(settle_all(world) == Names{"a#2"});
}

TEMPLATE_TEST_CASE("latest: one that is lost or handed back gives way to a newer", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook(DeliveryOrder::latest);
  world.publish("a");
  const auto lost = world.turn().claims;
  world.publish("a");
  world.turn();
  world.session().turns().release_claims("w1", world.now);
  CHECK(world.delivery(lost[0]).state == DeliveryState::superseded);
  const auto untouched = world.turn().claims;
  REQUIRE(untouched.size() == 1);
  world.publish("a");
  world.turn();
  Settlement back;
  back.claim = untouched[0];
  back.attempted = false;
  CHECK(subjects(world.turn({back})) == Names{"a#3"});
  CHECK(world.delivery(untouched[0]).state == DeliveryState::superseded);
}

TEMPLATE_TEST_CASE("what was delivered late keeps its log for as long as the rest", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  world.publish("a");
  const auto claims = world.turn().claims;
  world.turn({world.settled(claims[0], 500)});
  world.now += limits::kRetention + 1s;
  const auto late = world.turn().claims;
  REQUIRE(late.size() == 1);
  world.turn({world.settled(late[0], 200)});
  const auto pass = [&world](Millis time) {
    world.now += time;
    for (int i = 0; i < 5; ++i) world.turn();
    return world.session().deliveries().find(kPartner, {"dlv_00000000000000000000000001_1"});
  };
  CHECK(pass(5min).has_value());
  CHECK_FALSE(pass(limits::kRetention).has_value());
}

TEMPLATE_TEST_CASE("410 from where a webhook pointed before says nothing about where it points now",
                   "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  world.publish("a");
  const auto claims = world.turn().claims;
  world.edit(id, [](WebhookSettings& settings) { settings.url = "https://hooks.example/moved"; });
  const TurnResult result = world.turn({world.settled(claims[0], 410)}, 0);
  CHECK(result.deactivated.empty());
  CHECK(world.delivery(claims[0]).state == DeliveryState::pending);
  CHECK(world.session().webhooks().find(kPartner, id).value().settings.status ==
        WebhookStatus::active);
  const auto again = world.turn().claims;
  REQUIRE(again.size() == 1);
  CHECK(again[0].url == "https://hooks.example/moved");
  CHECK(again[0].health == Health{});
  CHECK(world.turn({world.settled(again[0], 410)}).deactivated.size() == 1);
}
