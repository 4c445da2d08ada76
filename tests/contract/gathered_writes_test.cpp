#include "common/store/sqlite/gathered_writes.h"

#include <cstring>
#include <fmt/format.h>
#include <fstream>
#include <random>
#include <sqlite3.h>

#include "tests/contract/world.h"

// SQLite's own: the layer through which its files are written.
using namespace webhooks::store::sqlite;
using namespace webhooks::store::test;

namespace {

class Database {
 public:
  explicit Database(const std::string& path) {
    REQUIRE(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                            gathered_writes()) == SQLITE_OK);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { sqlite3_close(db_); }

  void run(const std::string& sql) {
    INFO(sql);
    REQUIRE(sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
  }
  std::int64_t value(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
    const std::int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
  }

 private:
  sqlite3* db_ = nullptr;
};

// Writing system calls of this process so far.
std::int64_t writes_so_far() {
  std::ifstream in("/proc/self/io");
  for (std::string name; in >> name;) {
    std::int64_t value = 0;
    in >> value;
    if (name == "syscw:") return value;
  }
  FAIL("the kernel does not count writes");
  return 0;
}

// A file as SQLite opens it: `kind` is SQLITE_OPEN_MAIN_DB or another.
class OpenFile {
 public:
  OpenFile(const std::string& path, int kind)
      : vfs_(sqlite3_vfs_find(gathered_writes())),
        // As the pager hands names over: with the ends of what may follow them.
        name_(path + std::string(4, '\0')),
        memory_(static_cast<std::size_t>(vfs_->szOsFile)) {
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | kind;
    REQUIRE(vfs_->xOpen(vfs_, name_.c_str(), get(), flags, &flags) == SQLITE_OK);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { get()->pMethods->xClose(get()); }

  sqlite3_file* get() { return reinterpret_cast<sqlite3_file*>(memory_.data()); }
  const sqlite3_io_methods* operator->() { return get()->pMethods; }

 private:
  sqlite3_vfs* const vfs_;
  const std::string name_;
  std::vector<std::max_align_t> memory_;
};

}  // namespace

TEST_CASE("a commit of many pages leaves in few writes") {
  TemporaryFolder folder;
  Database db((folder.path() / "test.db").string());
  db.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE t (a)");
  const std::int64_t before = writes_so_far();
  db.run(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO "
      "t SELECT zeroblob(4000) FROM n");
  const std::int64_t pages = db.value("PRAGMA page_count");
  REQUIRE(pages > 1000);
  CHECK(writes_so_far() - before < pages / 10);
}

TEST_CASE("others see a commit as soon as it is one, whether it was synced or not") {
  for (const char* synchronous : {"FULL", "NORMAL", "OFF"}) {
    TemporaryFolder folder;
    const std::string path = (folder.path() / "test.db").string();
    Database writer(path);
    writer.run("PRAGMA journal_mode = WAL; CREATE TABLE t (a); PRAGMA synchronous = " +
               std::string(synchronous));
    Database reader(path);
    for (int i = 1; i <= 50; ++i) {
      INFO(synchronous << ", commit " << i);
      writer.run("INSERT INTO t SELECT zeroblob(9000)");
      REQUIRE(reader.value("SELECT count(*) FROM t WHERE length(a) = 9000") == i);
      if (i % 10 == 0) writer.run("PRAGMA wal_checkpoint(PASSIVE)");
      if (i % 25 == 0) writer.run("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    CHECK(reader.value(
              "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1);
  }
}

TEST_CASE("what outgrows the cache within a transaction is read back, and undone") {
  TemporaryFolder folder;
  Database db((folder.path() / "test.db").string());
  db.run("PRAGMA journal_mode = WAL; PRAGMA cache_size = 10; CREATE TABLE t (a, b)");
  db.run("BEGIN");
  for (int i = 0; i < 200; ++i) db.run(fmt::format("INSERT INTO t VALUES ({}, zeroblob(3000))", i));
  CHECK(db.value("SELECT sum(a) FROM t") == 199 * 100);
  db.run("ROLLBACK");
  CHECK(db.value("SELECT count(*) FROM t") == 0);
  CHECK(db.value("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'") == 1);
}

TEST_CASE("a file reads as it was written, in whatever order and pieces") {
  TemporaryFolder folder;
  OpenFile file((folder.path() / "any.db").string(), SQLITE_OPEN_MAIN_DB);
  std::mt19937 random(7);
  const auto pick = [&](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  std::string expected;
  std::size_t next = 0;
  for (int step = 0; step < 3000; ++step) {
    if (pick(3) == 0) next = static_cast<std::size_t>(pick(static_cast<int>(expected.size())));
    const std::string piece(static_cast<std::size_t>(pick(step % 100 == 0 ? 100'000 : 5'000)),
                            static_cast<char>('a' + pick(25)));
    if (!piece.empty())
      REQUIRE(file->xWrite(file.get(), piece.data(), static_cast<int>(piece.size()),
                           static_cast<sqlite3_int64>(next)) == SQLITE_OK);
    expected.resize(std::max(expected.size(), next + piece.size()));
    expected.replace(next, piece.size(), piece);
    next += piece.size();
    if (pick(9) == 0) {
      sqlite3_int64 size = 0;
      REQUIRE(file->xFileSize(file.get(), &size) == SQLITE_OK);
      REQUIRE(size == static_cast<sqlite3_int64>(expected.size()));
    }
    if (pick(9) == 0) {
      std::string read(expected.size(), '\0');
      REQUIRE(file->xRead(file.get(), read.data(), static_cast<int>(read.size()), 0) == SQLITE_OK);
      REQUIRE(read == expected);
    }
    if (expected.size() > 500'000) {
      REQUIRE(file->xTruncate(file.get(), 1000) == SQLITE_OK);
      expected.resize(1000);
      next = 1000;
    }
  }
}

TEST_CASE("a write that fails is told by what waits for it, and is not tried behind its back") {
  TemporaryFolder folder;
  const std::string path = (folder.path() / "full.db").string();
  OpenFile file(path, SQLITE_OPEN_MAIN_DB);
  const std::string page(4096, 'x');
  // Beyond what the system's offsets can address: the kernel refuses it.
  const sqlite3_int64 nowhere = 0x7fffffffffffe000;
  CHECK(file->xWrite(file.get(), page.data(), 4096, nowhere) == SQLITE_OK);
  CHECK(file->xSync(file.get(), SQLITE_SYNC_NORMAL) != SQLITE_OK);
  CHECK(file->xSync(file.get(), SQLITE_SYNC_NORMAL) == SQLITE_OK);
  CHECK(file->xWrite(file.get(), page.data(), 4096, 0) == SQLITE_OK);
  CHECK(file->xSync(file.get(), SQLITE_SYNC_NORMAL) == SQLITE_OK);
  CHECK(std::filesystem::file_size(path) == 4096);
}

TEST_CASE("other files than databases and logs are SQLite's own affair") {
  TemporaryFolder folder;
  std::ofstream(folder.path() / "any.db");  // whose mode a journal takes over
  const std::string path = (folder.path() / "any.db-journal").string();
  OpenFile file(path, SQLITE_OPEN_MAIN_JOURNAL);
  CHECK(file->xWrite(file.get(), "page", 4, 0) == SQLITE_OK);
  CHECK(std::filesystem::file_size(path) == 4);
}
