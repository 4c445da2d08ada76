#include "common/store/sqlite/connection.h"

#include <random>
#include <time.h>

#include "common/base/assert.h"
#include "common/store/sqlite/files.h"
#include "common/store/sqlite/gathered_writes.h"

namespace webhooks::store::sqlite {
namespace {

[[noreturn]] void fail(sqlite3* db, const char* doing) {
  const std::string text = std::string(doing) + ": " + (db ? sqlite3_errmsg(db) : "out of memory");
  if (db && (sqlite3_errcode(db) & 0xff) == SQLITE_CONSTRAINT) throw ConstraintError(text);
  throw StoreError(text);
}

// Two processes write. SQLite's own busy_timeout backs off to 100 ms and starves one of them
// (80–271 commits/s against 2,500–5,300, waits up to 3.9 s); short jittered sleeps share fairly
// (1,862/1,931, worst 72 ms).
constexpr int kQuickTries = 10;
constexpr int kMostTries = 100'000;  // about 30 s

int wait_for_lock(void*, int tries) {
  if (tries >= kMostTries) return 0;
  thread_local std::minstd_rand random{std::random_device{}()};
  const long micros =
      tries < kQuickTries ? 50 : std::uniform_int_distribution<long>(200, 400)(random);
  const timespec pause{0, micros * 1000};
  ::nanosleep(&pause, nullptr);
  return 1;
}

}  // namespace

Rows::~Rows() {
  if (!statement_) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

bool Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  fail(sqlite3_db_handle(statement_), "database");
}

std::optional<std::int64_t> Rows::maybe_integer(int column) const {
  return is_null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<Time> Rows::maybe_time(int column) const {
  return is_null(column) ? std::nullopt : std::optional(time(column));
}

std::string_view Rows::view(int column) const {
  const void* const bytes = sqlite3_column_blob(statement_, column);
  return bytes
             ? std::string_view(static_cast<const char*>(bytes),
                                static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
             : std::string_view();
}

std::optional<std::string> Rows::maybe_text(int column) const {
  return is_null(column) ? std::nullopt : std::optional(text(column));
}

Connection::Connection(const std::string& path, Mode mode, SecretVault vault)
    : vault_(std::move(vault)) {
  // Nobody reads the count of allocations, and it would be kept under one lock for all threads.
  static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(uncounted);
  sqlite3* db = nullptr;
  const bool frozen = mode == Mode::frozen;
  const int flags = (frozen ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE) |
                    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (mode == Mode::create ? SQLITE_OPEN_CREATE : 0);
  const int code = sqlite3_open_v2((frozen ? frozen_uri(path) : path).c_str(), &db, flags,
                                   frozen ? nullptr : gathered_writes());
  db_.reset(db);
  if (code != SQLITE_OK) fail(db, ("cannot open database " + path).c_str());
  sqlite3_busy_handler(db, wait_for_lock, nullptr);  // before WAL: switching to it takes a lock
  if (register_batch(db) != SQLITE_OK) fail(db, "cannot set up the connection");
  try {
    if (!frozen) script("PRAGMA journal_mode = WAL");
    sqlite3_wal_autocheckpoint(db, kLogPages);
    script(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;");
  } catch (const StoreError& error) {
    throw StoreError("cannot open database " + path + ": " + error.what());
  }
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
}

void Connection::script(const std::string& sql) {
  if (sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(db_.get(), "database");
}

void Connection::move_log() {
  const int code =
      sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_LOCKED)
    fail(db_.get(), "cannot move the log into the database");
}

bool Connection::truncate_log() {
  sqlite3* const db = db_.get();
  sqlite3_busy_handler(db, nullptr, nullptr);  // it would wait for every reader
  const int code =
      sqlite3_wal_checkpoint_v2(db, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  sqlite3_busy_handler(db, wait_for_lock, nullptr);
  return code == SQLITE_OK;
}

sqlite3_stmt* Connection::prepared(std::string_view sql) {
  sqlite3_stmt*& statement = statements_[sql.data()];
  if (!statement && sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                       SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
    fail(db_.get(), "database");
  WEBHOOKS_ASSERT(!sqlite3_stmt_busy(statement));
  return statement;
}

void Binder::operator()(int at, std::int64_t value) const {
  WEBHOOKS_ASSERT(sqlite3_bind_int64(statement_, at, value) == SQLITE_OK);
}

void Binder::operator()(int at, std::string_view value) const {
  if (sqlite3_bind_text64(statement_, at, value.data() ? value.data() : "", value.size(), keep_,
                          SQLITE_UTF8) != SQLITE_OK)
    fail(sqlite3_db_handle(statement_), "cannot bind text");
}

void Binder::operator()(int at, Blob value) const {
  if (sqlite3_bind_blob64(statement_, at, value.bytes.data() ? value.bytes.data() : "",
                          value.bytes.size(), keep_) != SQLITE_OK)
    fail(sqlite3_db_handle(statement_), "cannot bind bytes");
}

void Binder::operator()(int at, const Batch& value) const {
  WEBHOOKS_ASSERT(bind_batch(statement_, at, value) == SQLITE_OK);
}

void Binder::null(int at) const { WEBHOOKS_ASSERT(sqlite3_bind_null(statement_, at) == SQLITE_OK); }

Connection::Adhoc::Adhoc(Connection& connection, const std::string& sql) {
  if (sqlite3_prepare_v2(connection.handle(), sql.c_str(), static_cast<int>(sql.size()),
                         &statement_, nullptr) != SQLITE_OK)
    fail(connection.handle(), "database");
}

Transaction::Transaction(Connection& connection)
    : connection_(connection), nested_(connection.in_transaction()) {
  connection_.run(nested_ ? "SAVEPOINT unit" : "BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    // SQLite itself may have rolled everything back already, e.g. when the disk is full.
    if (!connection_.in_transaction()) return;
    if (nested_) connection_.run("ROLLBACK TO unit");
    connection_.run(nested_ ? "RELEASE unit" : "ROLLBACK");
  } catch (
      const StoreError&) {  // the connection is broken: nothing of this can be committed any more
  }
}

void Transaction::commit() {
  connection_.run(nested_ ? "RELEASE unit" : "COMMIT");
  open_ = false;
}

Snapshot::Snapshot(Connection& connection)
    : connection_(connection), owns_(!connection.in_transaction()) {
  if (owns_) connection_.run("BEGIN");
}

Snapshot::~Snapshot() {
  if (!owns_) return;
  try {
    connection_.run("COMMIT");
  } catch (const StoreError&) {  // a read has nothing to lose
  }
}

}  // namespace webhooks::store::sqlite
