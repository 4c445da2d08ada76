#include "common/store/sqlite/check.h"

#include <algorithm>
#include <iterator>

#include "tests/contract/world.h"

// SQLite's own: operators' `check` finds what was planted.
using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;

namespace {

struct Damage {
  std::string_view rule;
  std::string sql;
};

const Damage kDamages[] = {
    {"lane-single",
     "INSERT INTO queue SELECT webhook, due, sequence, event FROM delivery"
     " WHERE state = 'pending' AND webhook = 1 AND sequence > 2"},
    {"lane-first",
     "UPDATE queue SET (due, sequence, event) ="
     " (SELECT due, sequence, event FROM delivery WHERE webhook = 1 AND sequence = 3)"
     " WHERE webhook = 1"},
    {"lane-stuck", "DELETE FROM queue WHERE webhook = 1"},
    {"delivery-stuck", "DELETE FROM queue WHERE webhook = 2"},
    {"queue-delivery", "INSERT INTO queue VALUES (1, 5, 999, 1)"},
    {"claim-delivery", "INSERT INTO claim VALUES (1, 999, 'w', 1, 0, 0)"},
    {"claim-queue", "INSERT INTO claim SELECT webhook, event, 'w', 1, 0, 0 FROM queue"},
    {"flow-ready", "UPDATE flow SET ready_at = NULL"},
    {"webhook-flow", "DELETE FROM flow WHERE webhook = 1"},
    {"flow-partner", "UPDATE flow SET partner = 0 WHERE webhook = 1"},
    {"webhook-secret", "DELETE FROM signing_secret WHERE webhook = 1"},
    {"webhook-subscription", "UPDATE subscription SET url = 'x' WHERE webhook = 1"},
    {"webhook-number", "UPDATE partner SET last_webhook_number = 0"},
    {"webhook-types", "UPDATE webhook SET event_types = '1' WHERE key = 1"},
    {"webhook-tally", "UPDATE webhook_tally SET webhooks = webhooks + 1"},
    {"webhook-url", "UPDATE webhook SET url = 'https://elsewhere.example/' WHERE key = 1"},
    {"url-webhook", "INSERT INTO webhook_url (rowid, url) VALUES (77, 'https://gone.example/')"},
    {"sequence-last", "UPDATE flow SET last_sequence = 0 WHERE webhook = 1"},
    {"sequence-gap", "DELETE FROM delivery WHERE webhook = 1 AND sequence = 1"},
    {"delivery-event", "DELETE FROM outbox WHERE position = 1"},
    {"delivery-webhook", "UPDATE delivery SET webhook = 99 WHERE webhook = 1 AND sequence = 1"},
    {"delivery-attempts", "UPDATE delivery SET attempts_made = 5 WHERE webhook = 1"},
    {"delivery-end",
     "UPDATE delivery SET state = 'failed', due = NULL, finished_at = 1"
     " WHERE webhook = 1 AND sequence = 3"},
    {"attempt-delivery", "INSERT INTO attempt VALUES (999, 1, 1, 0, 1, 200, NULL, '', 'schedule')"},
    {"foreign-key", "PRAGMA foreign_keys = OFF; DELETE FROM contract"},
};

std::vector<std::string> broken_rules(Backend& backend) {
  std::vector<std::string> rules;
  for (const Violation& violation : backend.check()) rules.push_back(violation.rule);
  return rules;
}

}  // namespace

TEST_CASE("check finds each damage that it has a rule for, and none where there is none") {
  for (const std::string_view rule : sqlite::invariants()) {
    INFO(rule);
    CHECK(std::any_of(std::begin(kDamages), std::end(kDamages),
                      [&](const Damage& damage) { return damage.rule == rule; }));
  }
  for (const Damage& damage : kDamages) {
    INFO(damage.rule);
    World<SqliteEngine> world;
    world.add_webhook();
    world.add_webhook(DeliveryOrder::any);
    for (int i = 0; i < 4; ++i) world.publish("a");
    std::vector<Settlement> done;
    for (const Claim& claim : world.turn().claims) done.push_back(world.settled(claim, 200));
    world.turn(done, 0);  // of webhook 1, a#2 is queued and two are behind it
    world.publish("a");
    world.turn({}, 0);
    REQUIRE(broken_rules(world.backend()).empty());
    sqlite::Connection(world.engine().path(), sqlite::Connection::Mode::existing)
        .script(damage.sql);
    const auto broken = broken_rules(world.backend());
    CHECK(std::count(broken.begin(), broken.end(), damage.rule) > 0);
  }
}
