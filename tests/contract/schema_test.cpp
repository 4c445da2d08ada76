#include <catch2/catch.hpp>
#include <fstream>
#include <schema_sqlite.h>
#include <sqlite3.h>
#include <sstream>

#include "tests/contract/world.h"

// SQLite's own: that the migrations come to the schema that was reviewed, and that a file is told
// apart.
using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;

namespace {

struct Database {
  explicit Database(const std::filesystem::path& path) {
    REQUIRE(sqlite3_open(path.c_str(), &handle) == SQLITE_OK);
  }
  ~Database() { sqlite3_close(handle); }
  void run(const std::string& sql) const {
    REQUIRE(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  std::string dump() const {
    return text(
        "SELECT sql || ';' || char(10, 10) FROM sqlite_schema "
        "WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name");
  }
  std::string sql_of(const std::string& table) const {
    return text("SELECT sql FROM sqlite_schema WHERE name = '" + table + "'");
  }
  // The first column of all rows, one behind the other.
  std::string text(const std::string& query) const {
    std::string out;
    sqlite3_exec(
        handle, query.c_str(),
        [](void* to, int, char** values, char**) {
          *static_cast<std::string*>(to) += values[0];
          return 0;
        },
        &out, nullptr);
    return out;
  }
  sqlite3* handle = nullptr;
};

std::string read(const std::filesystem::path& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

}  // namespace

TEST_CASE("the migrations come to the schema in tests/golden") {
  TemporaryFolder folder;
  const auto path = folder.path() / "test.db";
  open_backend("sqlite:" + path.string())->migrate();
  const std::string dump = Database(path).dump();
  const std::filesystem::path golden = WEBHOOKS_GOLDEN "/schema.sql";
  if (std::getenv("WEBHOOKS_UPDATE_GOLDEN")) std::ofstream(golden) << dump;
  CHECK(dump == read(golden));
}

TEST_CASE("a database of a newer program is refused, and says so") {
  TemporaryFolder folder;
  const auto path = folder.path() / "test.db";
  const auto backend = open_backend("sqlite:" + path.string());
  backend->migrate();
  Database(path).run("PRAGMA user_version = 999");
  CHECK_THROWS_WITH(backend->migrate(), Catch::Contains("999") && Catch::Contains("newer"));
  CHECK_THROWS_AS(backend->connect(), StoreError);
}

TEST_CASE("another program's database is left alone") {
  TemporaryFolder folder;
  const auto path = folder.path() / "test.db";
  Database(path).run("CREATE TABLE theirs (x)");
  CHECK_THROWS_WITH(open_backend("sqlite:" + path.string())->migrate(),
                    Catch::Contains("another program"));
}

TEST_CASE("a database that was never migrated is not served") {
  TemporaryFolder folder;
  const auto path = folder.path() / "test.db";
  CHECK_THROWS_AS(open_backend("sqlite:" + path.string())->connect(), StoreError);
  Database(path).run("PRAGMA user_version = 0");
  CHECK_THROWS_WITH(open_backend("sqlite:" + path.string())->connect(), Catch::Contains("migrate"));
}

TEST_CASE("a file that is no database is refused") {
  TemporaryFolder folder;
  const auto path = folder.path() / "test.db";
  std::ofstream(path) << std::string(8192, 'x');
  CHECK_THROWS_AS(open_backend("sqlite:" + path.string())->migrate(), StoreError);
}

TEST_CASE("an unknown kind of database is named") {
  CHECK_THROWS_WITH(open_backend("mysql:x"), Catch::Contains("mysql:x"));
  CHECK_THROWS_AS(open_backend("sqlite:"), std::invalid_argument);
}

TEST_CASE(
    "what every delivery writes is checked by comparisons, for an IN list costs a table a row") {
  TemporaryFolder folder;
  const auto path = folder.path() / "test.db";
  open_backend("sqlite:" + path.string())->migrate();
  for (const char* table : {"outbox", "delivery", "attempt"}) {
    const std::string sql = Database(path).sql_of(table);
    CHECK(sql.find("CHECK") != std::string::npos);
    CHECK(sql.find("IN ('") == std::string::npos);  // of numbers there are two at most
  }
}

TEST_CASE("a producer's plain SQL needs five columns, and the outbox fills in the rest") {
  TemporaryFolder folder;
  const auto path = folder.path() / "test.db";
  const auto backend = open_backend("sqlite:" + path.string());
  backend->migrate();
  Database(path).run(
      "INSERT INTO outbox (id, type, contract_id, subject, data) VALUES ('e1', 'product.added', "
      "'C', 's', '{}');"
      "INSERT INTO outbox (type, contract_id, subject, data) VALUES ('product.added', 'C', 's', "
      "'{}')");
  const auto report = backend->connect()->events().find({"e1"}).value();
  CHECK(report.status == EventStatus::pending);
  CHECK(report.received_at > parse_rfc3339("2025-01-01T00:00:00Z").value());
}

TEST_CASE("a producer cannot change what has been dispatched") {
  World<SqliteEngine> world;
  world.publish("product/PR-1");
  const Database database(world.engine().path());
  const char* const change = "UPDATE outbox SET type = 'product.moved'";
  world.turn({}, 0);
  CHECK(sqlite3_exec(database.handle, change, nullptr, nullptr, nullptr) == SQLITE_CONSTRAINT);
  database.run("UPDATE outbox SET data = data, expires_at = NULL");  // as a producer that repeats
}

TEST_CASE("what a producer changes while it waits is checked again") {
  World<SqliteEngine> world;
  world.publish("product/PR-1");
  const Database database(world.engine().path());
  CHECK(database.text("SELECT checked FROM outbox") == "1");
  database.run("UPDATE outbox SET data = '{}'");
  CHECK(database.text("SELECT count(*) FROM outbox WHERE checked IS NULL") == "1");
}
