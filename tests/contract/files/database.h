#pragma once

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sqlite3.h>
#include <string>

#include "common/store/sqlite/gathered_writes.h"
#include "tests/contract/files/faulty_files.h"

namespace webhooks::store::test {

// A connection to a database in write-ahead mode, through the layer under test or without it.
class Database {
 public:
  explicit Database(const std::string& path, const char* vfs = sqlite::gathered_writes()) {
    REQUIRE(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs) ==
            SQLITE_OK);
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { sqlite3_close(db_); }

  int try_to(const std::string& sql) {
    return sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  }
  void run(const std::string& sql) {
    INFO(sql);
    REQUIRE(try_to(sql) == SQLITE_OK);
  }
  // Rows of some 3,000 bytes, numbered from `first` on.
  void fill(const std::string& table, int first, int count) { run(filling(table, first, count)); }
  static std::string filling(const std::string& table, int first, int count) {
    return fmt::format(
        "WITH RECURSIVE n (i) AS (SELECT {} UNION ALL SELECT i + 1 FROM n LIMIT {}) "
        "INSERT INTO {} SELECT i, zeroblob(3000) FROM n",
        first, count, table);
  }
  std::int64_t value(const std::string& sql) {
    INFO(sql);
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_prepare_v2(db_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
    const std::int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
  }
  bool is_sound() {
    return value("SELECT count(*) = 1 AND min(integrity_check) = 'ok' FROM pragma_integrity_check");
  }
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
  sqlite3* handle() { return db_; }

 private:
  sqlite3* db_ = nullptr;
};

}  // namespace webhooks::store::test
