#include "tests/contract/world.h"

using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;

namespace {

const SecretVault kOld({std::string(32, 'o')});
const SecretVault kNew({std::string(32, 'n')});
const SecretVault kBoth({std::string(32, 'n'), std::string(32, 'o')});

NewWebhook webhook(int number) {
  const std::string serial = std::to_string(number);
  return {{"wh_" + serial},
          kPartner,
          {kContract,
           "https://sealed.example/" + serial,
           {EventType::product_added},
           WebhookStatus::active,
           DeliveryOrder::by_subject,
           ""},
          std::string(31, 's') + serial,
          kStart};
}

std::string secret_of(Session& session, const WebhookId& id) {
  return session.webhooks().secrets(kPartner, id, kStart).at(0).bytes;
}

std::int64_t reseal_all(Session& session, std::int64_t step_size) {
  std::int64_t resealed = 0;
  for (ResealStep step; !step.done;) {
    step = session.secrets().reseal(step.next, step_size);
    resealed += step.resealed;
  }
  return resealed;
}

}  // namespace

TEMPLATE_TEST_CASE("a secret that was sealed opens for who knows the key", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  const auto session = world.connect(kOld);
  session->webhooks().create(webhook(1));
  CHECK(session->secrets().key_ids() == std::vector{kOld.key_id()});
  CHECK(secret_of(*session, {"wh_1"}) == webhook(1).secret);
  CHECK(secret_of(*world.connect(kBoth), {"wh_1"}) == webhook(1).secret);
  CHECK_THROWS_AS(secret_of(*world.connect(kNew), {"wh_1"}), StoreError);
  CHECK_THROWS_AS(secret_of(world.session(), {"wh_1"}), StoreError);
  CHECK(session->webhooks().rotate_secret(kPartner, {"wh_1"}, std::string(32, 'x'), kStart,
                                          kStart + 1h));
  CHECK(secret_of(*session, {"wh_1"}) == std::string(32, 'x'));
  CHECK(session->secrets().key_ids() == std::vector{kOld.key_id()});
}

TEMPLATE_TEST_CASE("secrets move to a new key in steps of any size", "", WEBHOOKS_ENGINES) {
  const std::int64_t step_size = GENERATE(1, 3, 100);
  World<TestType> world;
  world.session().webhooks().create(webhook(1));  // plain
  const auto old = world.connect(kOld);
  for (int number = 2; number <= 6; ++number) old->webhooks().create(webhook(number));
  CHECK(old->secrets().key_ids().size() == 2);

  const auto both = world.connect(kBoth);
  CHECK(reseal_all(*both, step_size) == 6);
  CHECK(reseal_all(*both, step_size) == 0);
  CHECK(both->secrets().key_ids() == std::vector{kNew.key_id()});
  const auto fresh = world.connect(kNew);
  for (int number = 1; number <= 6; ++number)
    CHECK(secret_of(*fresh, webhook(number).id) == webhook(number).secret);
  CHECK(fresh->secrets().settle_log());
}

TEMPLATE_TEST_CASE("a step that meets a secret that does not open changes nothing", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.session().webhooks().create(webhook(1));
  world.connect(kOld)->webhooks().create(webhook(2));
  CHECK_THROWS_AS(world.connect(kNew)->secrets().reseal({}, 100), StoreError);
  CHECK(secret_of(world.session(), {"wh_1"}) == webhook(1).secret);
}

TEMPLATE_TEST_CASE("a claim brings its secrets opened, and none that do not open", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.connect(kOld)->webhooks().create(webhook(1));
  world.publish("product/1");
  TurnRequest request;
  request.now = kStart;
  request.worker = "w";
  request.capacity = Capacity::of(4);
  request.lease = kLease;
  request.check = [](const OutboxRow&) { return std::nullopt; };
  request.room = [](std::int64_t, const Health&) { return 4; };
  const auto claims = [&](const SecretVault& vault) {
    const auto session = world.connect(vault);
    session->turns().release_claims("w", kStart);
    for (int turn = 0; turn < 5; ++turn)
      if (auto result = session->turns().turn(request); !result.claims.empty())
        return result.claims;
    return std::vector<Claim>();
  };
  const auto without = claims(kNew);
  REQUIRE(without.size() == 1);
  CHECK(without[0].secrets.empty());
  const auto with = claims(kBoth);
  REQUIRE(with.size() == 1);
  CHECK(with[0].secrets == std::vector{webhook(1).secret});
}
