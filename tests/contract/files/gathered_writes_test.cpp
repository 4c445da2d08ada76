#include "tests/contract/engine.h"
#include "tests/contract/files/database.h"

// The layer through which the write-ahead log is written.
using namespace webhooks::store::test;

namespace {

std::string path_in(const TemporaryFolder& folder) { return (folder.path() / "test.db").string(); }

}  // namespace

TEST_CASE("a commit of many pages leaves in few writes") {
  TemporaryFolder folder;
  Database db(path_in(folder));
  db.run("CREATE TABLE t (i INTEGER PRIMARY KEY, b)");
  const int before = log_writes().count;
  db.fill("t", 1, 900);
  const std::int64_t pages = db.value("PRAGMA page_count");
  REQUIRE(pages > 900);
  CHECK(log_writes().count - before < pages / 25);
}

TEST_CASE("others see a commit as soon as it is one, whether it was synced or not") {
  for (const char* synchronous : {"FULL", "NORMAL", "OFF"}) {
    TemporaryFolder folder;
    Database writer(path_in(folder));
    writer.run("CREATE TABLE t (a); PRAGMA synchronous = " + std::string(synchronous));
    Database reader(path_in(folder), nullptr);
    for (int i = 1; i <= 50; ++i) {
      INFO(synchronous << ", commit " << i);
      writer.run("INSERT INTO t SELECT zeroblob(9000)");
      REQUIRE(reader.value("SELECT count(*) FROM t WHERE length(a) = 9000") == i);
      if (i % 10 == 0) writer.run("PRAGMA wal_checkpoint(PASSIVE)");
      if (i % 25 == 0) writer.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    CHECK(reader.is_sound());
  }
}

TEST_CASE("what outgrows the cache within a transaction is read back, and undone") {
  TemporaryFolder folder;
  Database db(path_in(folder));
  db.run("PRAGMA cache_size = 10; CREATE TABLE t (i INTEGER PRIMARY KEY, b)");
  db.run("BEGIN");
  for (int i = 0; i < 200; ++i) db.fill("t", i, 1);
  CHECK(db.value("SELECT sum(i) FROM t") == 199 * 100);
  db.run("ROLLBACK");
  CHECK(db.value("SELECT count(*) FROM t") == 0);
  CHECK(db.is_sound());
}

TEST_CASE("what was undone does not come over what others commit behind it") {
  for (const int rows : {12, 20, 30, 45, 60}) {
    TemporaryFolder folder;
    Database db(path_in(folder));
    db.run("CREATE TABLE t (i INTEGER PRIMARY KEY, b); CREATE TABLE o (i INTEGER PRIMARY KEY, b)");
    db.fill("t", 1, 300);
    db.fill("o", 1, 300);
    db.run("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA cache_size = 10");
    Database other(path_in(folder));
    db.run("BEGIN IMMEDIATE");
    db.run(fmt::format("UPDATE t SET b = randomblob(3000) WHERE i <= {}", rows));
    db.run("ROLLBACK");
    other.run("UPDATE o SET b = CAST(printf('%03000d', i) AS BLOB) WHERE i <= 100");
    INFO(rows << " rows undone");
    CHECK(db.value("SELECT count(*) FROM o") == 300);
    Database plain(path_in(folder), nullptr);
    CHECK(plain.is_sound());
    CHECK(plain.value("SELECT count(*) FROM o WHERE b = CAST(printf('%03000d', i) AS BLOB)") ==
          100);
  }
}

TEST_CASE("a checkpoint of which a write fails says so, and loses nothing") {
  for (int failing = 1; failing <= 21; failing += 4) {
    TemporaryFolder folder;
    Database db(path_in(folder));
    db.run("CREATE TABLE t (i INTEGER PRIMARY KEY, b); PRAGMA wal_checkpoint(TRUNCATE)");
    db.fill("t", 1, 20);
    database_writes().fail_from_now = failing;
    CHECK(sqlite3_wal_checkpoint_v2(db.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr,
                                    nullptr) == SQLITE_FULL);
    REQUIRE(database_writes().fail_from_now == 0);
    Database plain(path_in(folder), nullptr);
    CHECK(plain.value("SELECT count(*) FROM t") == 20);
    CHECK(plain.is_sound());
  }
}

TEST_CASE("a disk that is full in the middle of a transaction undoes all of it") {
  int failures = 0;
  for (int failing = 1; failing <= 24; ++failing)
    for (const int more : {0, 9, 18, 27}) {
      TemporaryFolder folder;
      Database db(path_in(folder));
      db.run(
          "CREATE TABLE t (i INTEGER PRIMARY KEY, b); CREATE TABLE u (i INTEGER PRIMARY KEY, k "
          "UNIQUE, b)");
      db.fill("t", 1, 100);
      db.run("PRAGMA cache_size = 20; BEGIN IMMEDIATE; SAVEPOINT unit");
      db.fill("t", 101, 100 + more);
      db.run("RELEASE unit; SAVEPOINT unit");
      const int before = log_writes().failed;
      log_writes().fail_from_now = failing;
      db.try_to("INSERT INTO u SELECT i, i, b FROM t LIMIT 50");
      log_writes().fail_from_now = 0;
      if (log_writes().failed == before) continue;
      ++failures;
      INFO("write " << failing << ", " << more << " rows more");
      CHECK_FALSE(db.in_transaction());
      CHECK(db.value("SELECT count(*) FROM t") == 100);
    }
  CHECK(failures > 20);
}
