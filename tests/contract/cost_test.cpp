#include <algorithm>
#include <set>
#include <sqlite3.h>

#include "common/store/sqlite/batch.h"
#include "tests/contract/world.h"

// SQLite's own: what turns cost, counted in statements and read from their plans, so that it
// neither depends on the machine nor grows unseen.
using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;

namespace {

// Sees every statement that a connection opened in its lifetime runs.
class Trace {
 public:
  Trace() {
    current() = this;
    REQUIRE(sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch)) == SQLITE_OK);
  }
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;
  ~Trace() {
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(watch));
    current() = nullptr;
  }

  void reset() {
    count_ = reprepared_ = 0;
    texts_.clear();
  }
  int count() const { return count_; }
  // Statements that SQLite had to prepare anew; seen when they run the next time.
  int reprepared() const { return reprepared_; }
  const std::set<std::string>& texts() const { return texts_; }

 private:
  static Trace*& current() {
    static Trace* trace = nullptr;
    return trace;
  }
  static int watch(sqlite3* db, char**, const void*) {
    return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, seen, nullptr);
  }
  static int seen(unsigned, void*, void* statement, void*) {
    if (Trace* const trace = current()) {
      ++trace->count_;
      trace->reprepared_ += sqlite3_stmt_status(static_cast<sqlite3_stmt*>(statement),
                                                SQLITE_STMTSTATUS_REPREPARE, true);
      trace->texts_.insert(sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
    }
    return 0;
  }

  int count_ = 0;
  int reprepared_ = 0;
  std::set<std::string> texts_;
};

// Takes turns until everything has been delivered. Returns how many deliveries that were.
template <class W>
int deliver_all(W& world, int capacity) {
  int delivered = 0;
  TurnResult result = world.turn({}, capacity);
  while (result.more || !result.claims.empty()) {
    std::vector<Settlement> done;
    for (const Claim& claim : result.claims) done.push_back(world.settled(claim, 204));
    delivered += static_cast<int>(done.size());
    result = world.turn(std::move(done), capacity);
  }
  return delivered;
}

// The details of the statement's plan.
std::vector<std::string> plan_of(sqlite3* db, const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  INFO(sql);
  REQUIRE(sqlite3_prepare_v2(db, ("EXPLAIN QUERY PLAN " + sql).c_str(), -1, &statement, nullptr) ==
          SQLITE_OK);
  std::vector<std::string> details;
  while (sqlite3_step(statement) == SQLITE_ROW)
    details.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(statement, 3)));
  sqlite3_finalize(statement);
  return details;
}

bool begins(const std::string& text, std::string_view with) { return text.starts_with(with); }

// Walks whole only what is short by its nature.
bool is_bounded(const std::string& detail) {
  static constexpr std::string_view kShort[] = {
      "SCAN b VIRTUAL TABLE",  // what a turn has gathered
      "SCAN batch VIRTUAL",
      "SCAN CONSTANT ROW",
      "SCAN claim",                        // what is in flight
      "SCAN purge",                        // deleted webhooks that are still being removed
      "SCAN flow USING INDEX flow_sweep",  // a partial index of just the wanted
  };
  if (detail == "SCAN c") return true;  // a recursion, by its last row
  if (begins(detail, "USE TEMP B-TREE")) return false;
  if (!begins(detail, "SCAN")) return true;
  return std::any_of(std::begin(kShort), std::end(kShort),
                     [&](std::string_view one) { return begins(detail, one); });
}

// An empty database to ask for plans.
class Planner {
 public:
  Planner() {
    const std::string path = (folder_.path() / "plans.db").string();
    open_backend("sqlite:" + path)->migrate();
    REQUIRE(sqlite3_open(path.c_str(), &db_) == SQLITE_OK);
    REQUIRE(sqlite::register_batch(db_) == SQLITE_OK);
  }
  Planner(const Planner&) = delete;
  Planner& operator=(const Planner&) = delete;
  ~Planner() { sqlite3_close(db_); }

  std::vector<std::string> details(const std::string& sql) { return plan_of(db_, sql); }

 private:
  TemporaryFolder folder_;
  sqlite3* db_ = nullptr;
};

void check_plan_has(const std::string& sql, const std::string& detail) {
  const auto details = Planner().details(sql);
  INFO(sql);
  CHECK_THAT(details, Catch::VectorContains(detail));
}

// Each of the statements goes by an index to what it wants.
void check_bounded(const std::set<std::string>& texts) {
  Planner planner;
  for (const std::string& sql : texts) {
    if (begins(sql, "PRAGMA") || begins(sql, "CREATE") || begins(sql, "--")) continue;
    if (sql.find("webhook_url") != std::string::npos) continue;  // full text: lists', not turns'
    for (const std::string& detail : planner.details(sql)) {
      INFO(sql);
      INFO(detail);
      CHECK(is_bounded(detail));
    }
  }
}

// Everything that turns do, at least once.
template <class W>
void live(W& world) {
  const WebhookId plain = world.add_webhook();
  const WebhookId latest = world.add_webhook(DeliveryOrder::latest);
  const WebhookId any = world.add_webhook(DeliveryOrder::any);
  for (const char* subject : {"a", "b", "a"}) world.publish(subject);
  world.publish("expires", EventType::product_added, world.now + 1s);
  auto claims = world.turn({}, 1).claims;
  world.publish("a");
  world.turn({world.settled(claims[0], 500)}, 0);
  world.now += 2s;
  claims = world.turn().claims;
  world.turn({world.settled(claims[0], 204), world.settled(claims[1], 503)}, 0);
  world.now += kLease;
  world.turn();
  world.session().turns().release_claims("w1", world.now);
  world.set_status(any, WebhookStatus::inactive);
  claims = world.turn().claims;
  world.turn({world.settled(claims[0], 410)});
  REQUIRE(std::holds_alternative<std::monostate>(
      world.session().webhooks().remove(kPartner, latest, std::nullopt)));
  for (int i = 0; i < 5; ++i) world.turn();
  world.now += limits::kRetention + 1s;
  world.session().turns().changed();
  for (int i = 0; i < 5; ++i) world.turn();
}

}  // namespace

TEST_CASE("a delivery costs at most six statements, and hardly one while many are on their way") {
  Trace trace;
  World<SqliteEngine> world;
  world.add_webhook();
  world.add_webhook(DeliveryOrder::any);
  world.add_webhook(DeliveryOrder::latest);
  for (int i = 0; i < 1000; ++i) world.publish("s" + std::to_string(i));
  trace.reset();
  const int delivered = deliver_all(world, 64);
  REQUIRE(delivered == 3000);
  const double each = double(trace.count()) / delivered;
  INFO(each << " statements a delivery");
  CHECK(each <= 2);
}

TEST_CASE("many webhooks with one delivery each cost at most six statements a delivery too") {
  Trace trace;
  World<SqliteEngine> world;
  for (int i = 0; i < 300; ++i) world.add_webhook();
  world.publish("first");
  trace.reset();
  const int delivered = deliver_all(world, 64);
  REQUIRE(delivered == 300);
  const double each = double(trace.count()) / delivered;
  INFO(each << " statements a delivery");
  CHECK(each <= 6);
}

TEST_CASE("turns prepare their statements once") {
  Trace trace;
  World<SqliteEngine> world;
  world.add_webhook();
  world.add_webhook(DeliveryOrder::any);
  world.add_webhook(DeliveryOrder::latest);
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 100; ++i) world.publish("s" + std::to_string(i));
    trace.reset();
    REQUIRE(deliver_all(world, 64) == 300);
  }
  CHECK(trace.count() > 20);
  CHECK(trace.reprepared() == 0);
}

TEST_CASE("no statement of a turn walks where many webhooks that are not proven wait") {
  Trace trace;
  {
    World<SqliteEngine> world;
    for (int i = 0; i < 300; ++i) world.add_webhook();
    world.publish("first");
    trace.reset();
    REQUIRE(world.turn().claims.size() == 75);
  }
  const std::set<std::string> texts = trace.texts();
  CHECK(std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
    return text.find("AND partner = ? AND ready_at") != std::string::npos;
  }));
  check_bounded(texts);
}

TEST_CASE("no statement of a turn walks through a table that grows, or sorts") {
  Trace trace;
  {
    World<SqliteEngine> world;
    trace.reset();
    live(world);
  }
  const std::set<std::string> texts = trace.texts();
  REQUIRE(texts.size() > 40);
  check_bounded(texts);
}

TEST_CASE(
    "every page of the log, by whatever filter, goes along a part of the webhook's sequence") {
  Trace trace;
  World<SqliteEngine> world;
  const WebhookId id = world.add_webhook();
  for (int i = 0; i < 4; ++i) world.publish("s");
  world.turn({}, 0);
  const auto wanted = [](auto set) {
    DeliveryQuery query;
    query.look = 2;
    set(query);
    return query;
  };
  const std::vector<DeliveryQuery> queries{
      wanted([](DeliveryQuery&) {}),
      wanted([](DeliveryQuery& query) {
        query.states = {DeliveryState::failed, DeliveryState::pending};
      }),
      wanted([](DeliveryQuery& query) { query.event_types = {EventType::product_added}; }),
      wanted([](DeliveryQuery& query) { query.subject = "s"; }),
      wanted([](DeliveryQuery& query) { query.since = kStart; }),
      wanted([](DeliveryQuery& query) { query.until = kStart; }),
      wanted([](DeliveryQuery& query) { query.after_sequence = 1; }),
      wanted([](DeliveryQuery& query) { query.cursor = 3; }),
      wanted([](DeliveryQuery& query) {
        query.states = {DeliveryState::failed};
        query.event_types = {EventType::product_added};
        query.subject = "s";
        query.since = query.until = kStart;
        query.after_sequence = query.cursor = 1;
      })};
  for (const DeliveryQuery& query : queries) {
    trace.reset();
    world.session().deliveries().list(kPartner, id, query);
    const std::set<std::string> texts = trace.texts();  // before planning adds its own
    check_bounded(texts);
    const auto page = std::find_if(texts.begin(), texts.end(), [](const std::string& sql) {
      return sql.find("BETWEEN") != std::string::npos;
    });
    REQUIRE(page != texts.end());
    check_plan_has(*page,
                   "SEARCH d USING INDEX delivery_by_webhook (webhook=? AND sequence>? AND "
                   "sequence<?)");
  }
}

TEST_CASE(
    "what recovering writes goes by what was found, not by the range that was looked through") {
  Trace trace;
  World<SqliteEngine> world;
  for (const DeliveryOrder order : {DeliveryOrder::by_subject, DeliveryOrder::latest}) {
    const WebhookId id = world.add_webhook(order);
    world.publish("a");
    world.turn({}, 0);
    world.set_status(id, WebhookStatus::inactive);
    world.publish("b");
    world.turn({}, 0);
    world.set_status(id, WebhookStatus::active);
    auto& deliveries = world.session().deliveries();
    const Missed missed =
        deliveries.find_missed(kPartner, id, {kStart, world.now + 1s}, world.now).value();
    REQUIRE(missed.events.size() == 2);
    trace.reset();
    deliveries.recover(kPartner, id, missed, world.now);
    const std::set<std::string> texts = trace.texts();  // before planning adds its own
    REQUIRE(texts.size() > 10);
    check_bounded(texts);
    for (const std::string& sql : texts) CHECK(sql.find("received_at") == std::string::npos);
  }
}

TEST_CASE("a store at rest gives back the space of its write-ahead log") {
  TemporaryFolder folder;
  const std::string path = (folder.path() / "rest.db").string();
  const auto backend = open_backend("sqlite:" + path);
  backend->migrate();
  const auto session = backend->connect();
  session->contracts().put({kContract, kPartner, "Acme Travel", true}, kStart);
  REQUIRE(std::filesystem::file_size(path + "-wal") > 0);
  session->turns().rest();
  CHECK(std::filesystem::file_size(path + "-wal") == 0);
  CHECK(session->contracts().find(kContract).has_value());
}

TEMPLATE_TEST_CASE("what the store refuses to write ends its own delivery and settles the others",
                   "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.add_webhook();
  for (const char* subject : {"a", "a", "b"}) world.publish(subject);
  auto first = world.turn().claims;
  REQUIRE(first.size() == 2);
  world.turn({world.settled(first[0], 500)});
  world.now += 5s;
  auto again = world.turn().claims;
  REQUIRE(again.size() == 1);
  again[0].attempt = 1;  // which is in the log already
  const auto result = world.turn({world.settled(again[0], 200), world.settled(first[1], 200)});
  REQUIRE(result.unrecorded.size() == 1);
  CHECK(result.unrecorded[0].claim.event == again[0].key.event);
  const Delivery refused = world.delivery(again[0]);
  CHECK(refused.state == DeliveryState::failed);
  CHECK(refused.reason.value_or("").starts_with("its attempt could not be recorded"));
  CHECK(world.delivery(first[1]).state == DeliveryState::delivered);
  CHECK(subjects(result) == std::vector<std::string>{"a#2"});
}
