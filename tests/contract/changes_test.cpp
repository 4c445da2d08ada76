#include "tests/contract/world.h"

// What a worker hears about webhooks that have changed while it held claims of them.
namespace webhooks::store::test {
namespace {

// What one worker has heard since it asked last.
template <class Engine>
std::vector<std::int64_t> heard(World<Engine>& world) {
  const Changed changed = world.turn({}, 0).changed;
  CHECK_FALSE(changed.all);
  return changed.webhooks;
}

}  // namespace

TEMPLATE_TEST_CASE("a worker hears once of each webhook that has another endpoint, secret or state",
                   "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  world.publish("a");
  const std::int64_t key = world.turn().claims.at(0).key.webhook;
  const std::vector<std::int64_t> it{key};
  CHECK(heard(world).empty());

  world.edit(id, [](WebhookSettings& settings) { settings.url = "https://elsewhere.example/"; });
  CHECK(heard(world) == it);
  CHECK(heard(world).empty());
  world.set_status(id, WebhookStatus::inactive);
  world.set_status(id, WebhookStatus::active);
  CHECK(heard(world) == std::vector<std::int64_t>{key, key});
  REQUIRE(world.session().webhooks().rotate_secret(kPartner, id, std::string(32, 'n'), world.now,
                                                   world.now + 1h));
  CHECK(heard(world) == it);
  world.session().webhooks().remove(kPartner, id, std::nullopt);
  CHECK(heard(world) == it);
}

TEMPLATE_TEST_CASE("what makes no claim wrong is not told", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  world.turn();
  world.add_webhook();
  world.edit(id, [](WebhookSettings& settings) {
    settings.description = "of the night shift";
    settings.event_types = {EventType::product_removed};
    settings.delivery_order = DeliveryOrder::any;
  });
  CHECK(heard(world).empty());
}

TEMPLATE_TEST_CASE("a turn tells of the webhook that it turns inactive, other workers too", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  const auto other = world.connect();
  world.publish("a");
  const auto claims = world.turn().claims;
  TurnRequest idle = world.request(0);
  idle.worker = "w2";
  CHECK(other->turns().turn(idle).changed.webhooks.empty());
  const std::vector<std::int64_t> it{claims.at(0).key.webhook};
  CHECK(world.turn({world.settled(claims.at(0), 410)}).changed.webhooks == it);
  CHECK(other->turns().turn(idle).changed.webhooks == it);
}

TEMPLATE_TEST_CASE(
    "of a contract that is switched off, or of more than a thousand, all have changed", "",
    WEBHOOKS_ENGINES) {
  World<TestType> world;
  const WebhookId id = world.add_webhook();
  world.turn();
  world.session().contracts().put({kContract, kPartner, "Acme Travel & Sons", true}, world.now);
  CHECK(heard(world).empty());
  world.session().contracts().put({kContract, kPartner, "Acme Travel & Sons", false}, world.now);
  CHECK(world.turn().changed.all);
  CHECK(heard(world).empty());

  std::vector<std::function<void()>> units;
  for (int i = 0; i < 1'001; ++i)
    units.emplace_back([&, i] {
      world.edit(id, [i](WebhookSettings& settings) {
        settings.url = "https://hooks.example/turn/" + std::to_string(i);
      });
    });
  for (const auto& failure : world.session().run_group(units)) REQUIRE_FALSE(failure);
  CHECK(world.turn().changed.all);
  CHECK(heard(world).empty());
}

}  // namespace webhooks::store::test
