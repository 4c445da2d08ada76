#include <map>
#include <set>

#include "common/store/sqlite/connection.h"
#include "tests/contract/world.h"

using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;
// Webhooks that are not proven share few senders: whose turn it is among partners.

namespace {

class Partners {
 public:
  Partners() {
    capacity.all = 100;
    capacity.unproven = capacity.probed = 8;
    capacity.bytes = 1'000'000;
  }

  // With a contract of the same name, and one event waiting for each of its webhooks.
  void add(const std::string& partner, int webhooks) {
    world.session().contracts().put({{partner}, {partner}, partner, true}, world.now);
    world.add_webhooks({partner}, {partner}, webhooks);
    publish(partner);
  }

  void publish(const std::string& partner) {
    const Event event{{"evt-" + std::to_string(++events_)},
                      EventType::product_added,
                      {partner},
                      "s",
                      world.now,
                      {},
                      "{}"};
    world.session().events().append({event}, world.now);
    world.turn({}, 0);
    world.now += 1ms;
  }

  // As after five failures each.
  void fail_all() {
    sqlite::Connection(world.engine().path(), sqlite::Connection::Mode::existing)
        .script("UPDATE flow SET failures = 5, failing_since = 1");
  }

  // One turn of a worker whose attempts all hang. How many it began of each partner's.
  std::map<std::string, int> turn() {
    TurnRequest request = world.request();
    request.capacity = capacity;
    request.room = [this](std::int64_t webhook, const Health&) {
      return busy_.contains(webhook) ? 0 : 1;
    };
    request.held = [this](std::int64_t partner) { return held_[partner]; };
    std::map<std::string, int> begun;
    for (const Claim& claim : world.session().turns().turn(request).claims) {
      ++begun[claim.event.contract.value];
      CHECK(busy_.insert(claim.key.webhook).second);
      const int probed = is_probing(claim.health) ? 1 : 0;
      if (!hangs) continue;
      ++held_[claim.partner].unproven;
      held_[claim.partner].probed += probed;
      --capacity.unproven;
      capacity.probed -= probed;
    }
    world.now += 1ms;
    return begun;
  }

  std::size_t served() const { return busy_.size(); }

  World<SqliteEngine> world;
  Capacity capacity;
  bool hangs = true;  // false: what is begun ends at once, and is served once

 private:
  std::set<std::int64_t> busy_;
  std::map<std::int64_t, Held> held_;
  int events_ = 0;
};

using Begun = std::map<std::string, int>;

}  // namespace

TEST_CASE("one partner's webhooks that hang leave room for another's new one, however many wait") {
  for (const int many : {100, 300}) {
    Partners partners;
    partners.add("many", many);
    CHECK(partners.turn() == Begun{{"many", 6}});
    CHECK(partners.turn().empty());
    partners.add("one", 1);
    CHECK(partners.turn() == Begun{{"one", 1}});
    partners.add("late", 1);
    CHECK(partners.turn() == Begun{{"late", 1}});
  }
}

TEST_CASE("one partner's dead endpoints leave probes to another's, however many wait") {
  for (const int many : {100, 300}) {
    Partners partners;
    partners.add("many", many);
    partners.fail_all();
    CHECK(partners.turn() == Begun{{"many", 6}});
    CHECK(partners.turn().empty());
    partners.add("one", 1);
    partners.fail_all();
    CHECK(partners.turn() == Begun{{"one", 1}});
  }
}

TEST_CASE("in a crowd the partners take turns, and each webhook gets its own") {
  Partners partners;
  partners.hangs = false;
  partners.capacity.unproven = 9;
  for (const char* const partner : {"a", "b", "c"}) partners.add(partner, 150);
  for (int turn = 0; turn < 20; ++turn)
    CHECK(partners.turn() == Begun{{"a", 3}, {"b", 3}, {"c", 3}});
  while (!partners.turn().empty()) {
  }
  CHECK(partners.served() == 450);
}

TEST_CASE("in a crowd with one place the partners have it in turn") {
  Partners partners;
  partners.hangs = false;
  partners.capacity.unproven = 1;
  for (const char* const partner : {"a", "b", "c"}) partners.add(partner, 100);
  Begun begun;
  for (int turn = 0; turn < 30; ++turn)
    for (const auto& [partner, count] : partners.turn()) begun[partner] += count;
  CHECK(begun == Begun{{"a", 10}, {"b", 10}, {"c", 10}});
}

TEST_CASE("in a crowd those whose turn has not come are passed by") {
  Partners partners;
  partners.hangs = false;
  for (int i = 0; i < 20; ++i) partners.add("later-" + std::to_string(i), 1);
  sqlite::Connection(partners.world.engine().path(), sqlite::Connection::Mode::existing)
      .script("UPDATE flow SET ready_at = 9000000000000");
  partners.add("now", 300);
  CHECK(partners.turn() == Begun{{"now", 6}});
  CHECK(partners.turn() == Begun{{"now", 6}});
}
