#include "common/store/sqlite/log_mover.h"

#include <filesystem>

#include "tests/contract/engine.h"
#include "tests/contract/files/database.h"

// Who moves the write-ahead log into the database beside its writer.
using namespace webhooks::store;
using namespace webhooks::store::sqlite;
using namespace webhooks::store::test;

namespace {

constexpr std::string_view kFill = R"sql(
  WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n LIMIT ?2)
  INSERT OR REPLACE INTO t SELECT i % 2000, randomblob(3000) FROM n)sql";
constexpr std::int64_t kBatch = 250;
constexpr int kPages = 4000;  // of the log when it is to be moved
// Commits beside the mover before it is waited for: half a log. Else the log would be as long as
// the machine takes to let the mover run.
constexpr int kBeside = 8;

struct Stage {
  TemporaryFolder folder;
  std::string path = (folder.path() / "test.db").string();
  Connection writer{path, Connection::Mode::create};
  std::int64_t written = 0;
  int commits = 0;

  Stage() { writer.script("CREATE TABLE t (i INTEGER PRIMARY KEY, b)"); }

  void commit_alone() {
    Transaction transaction(writer);
    writer.run(kFill, written, kBatch);
    transaction.commit();
    written += kBatch;
  }
  void commit(LogMover& mover) {
    if (++commits % kBeside == 0) mover.wait_until_moved();
    commit_alone();
    mover.after_commit();
  }
  std::int64_t log_pages() const {
    return static_cast<std::int64_t>(std::filesystem::file_size(path + "-wal")) / 4120;
  }
};

}  // namespace

TEST_CASE("a log that is moved beside its writer begins anew") {
  Stage stage;
  {
    LogMover mover(stage.writer, kPages);
    for (int i = 0; i < 100; ++i) stage.commit(mover);  // six times what a log holds
  }
  CHECK(stage.log_pages() < 3 * kPages);
  CHECK(Database(stage.path, nullptr).is_sound());
}

TEST_CASE("until it is told of a commit the writer moves its log itself") {
  Stage stage;
  sqlite3_wal_autocheckpoint(stage.writer.handle(), 500);
  LogMover mover(stage.writer, kPages);
  for (int i = 0; i < 20; ++i) stage.commit_alone();
  CHECK(stage.log_pages() < kPages / 2);
  for (int i = 0; i < 20; ++i) stage.commit(mover);
  CHECK(stage.log_pages() >= kPages);
}

TEST_CASE("readers that come and go do not make the log grow") {
  Stage stage;
  Connection reader(stage.path, Connection::Mode::existing);
  {
    LogMover mover(stage.writer, kPages);
    for (int i = 0; i < 100; ++i) {
      std::optional<Snapshot> instant;
      if (i % 4 != 0) instant.emplace(reader);  // over the commit, and another right after it
      CHECK(reader.value("SELECT count(*) FROM t").has_value());
      stage.commit(mover);
    }
  }
  CHECK(stage.log_pages() < 3 * kPages);
}

TEST_CASE("a log that cannot be moved grows, and is moved when it can be again") {
  Stage stage;
  {
    LogMover mover(stage.writer, kPages);
    database_writes().fail_all = true;
    for (int i = 0; i < 60; ++i) stage.commit(mover);
    CHECK(stage.log_pages() > 3 * kPages);
    mover.wait_until_moved();
    database_writes().fail_all = false;
    const std::int64_t grown = stage.log_pages();
    for (int i = 0; i < 100; ++i) stage.commit(mover);
    CHECK(stage.log_pages() < grown + 2 * kBatch);  // the others of 100 went to its beginning
  }
  Database plain(stage.path, nullptr);
  CHECK(plain.is_sound());
  CHECK(plain.value("SELECT count(*) FROM t") == 2000);
}

TEST_CASE("a mover that ends in the middle of its work waits for it") {
  for (int i = 0; i < 10; ++i) {
    Stage stage;
    LogMover mover(stage.writer, kPages);
    for (int commits = 0; commits < 17; ++commits) stage.commit(mover);
  }
}
