#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "common/base/ids.h"
#include "common/base/time.h"
#include "common/store/backend.h"
#include "common/store/sqlite/batch.h"

namespace webhooks::store::sqlite {

// A constraint of the schema was broken: the same statement would fail again, whatever the
// surroundings.
class ConstraintError : public StoreError {
 public:
  using StoreError::StoreError;
};

// So many pages (64 MB) are in the write-ahead log when it is moved into the database: a page that
// many turns write is then moved once, not once in SQLite's 1,000. (With 4,000 a backlog of a
// million, each event of which falls on another page of the index of lanes, took twice the time to
// move.)
inline constexpr int kLogPages = 16'000;

// Bytes to bind as a BLOB instead of TEXT.
struct Blob {
  std::string_view bytes;
};

// The rows of one running statement. Resets it when it dies, so that the statement can be used
// again.
class Rows {
 public:
  explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
  Rows(Rows&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}
  Rows& operator=(Rows&&) = delete;
  ~Rows();

  // Steps to the next row; false at the end. Throws StoreError.
  bool next();

  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  Time time(int column) const { return Time(Millis(integer(column))); }
  std::optional<std::int64_t> maybe_integer(int column) const;
  std::optional<Time> maybe_time(int column) const;
  // TEXT or BLOB bytes; the view dies with the next step.
  std::string_view view(int column) const;
  std::string text(int column) const { return std::string(view(column)); }
  std::optional<std::string> maybe_text(int column) const;

 private:
  sqlite3_stmt* statement_;
};

// Binds values to a statement's parameters, numbered from 1.
class Binder {
 public:
  // `keep`: SQLITE_STATIC or SQLITE_TRANSIENT, whether text outlives the statement's run.
  Binder(sqlite3_stmt* statement, sqlite3_destructor_type keep)
      : statement_(statement), keep_(keep) {}

  void operator()(int at, std::int64_t value) const;
  void operator()(int at, int value) const { (*this)(at, std::int64_t{value}); }
  void operator()(int at, bool value) const { (*this)(at, std::int64_t{value}); }
  void operator()(int at, std::string_view value) const;
  void operator()(int at, const std::string& value) const { (*this)(at, std::string_view(value)); }
  void operator()(int at, const char* value) const { (*this)(at, std::string_view(value)); }
  void operator()(int at, Blob value) const;
  void operator()(int at, const Batch& value) const;
  void operator()(int at, Time value) const {
    (*this)(at, std::int64_t{value.time_since_epoch().count()});
  }
  template <class Tag>
  void operator()(int at, const Id<Tag>& value) const {
    (*this)(at, std::string_view(value.value));
  }
  template <class T>
  void operator()(int at, const std::optional<T>& value) const {
    if (value)
      (*this)(at, *value);
    else
      null(at);
  }

 private:
  void null(int at) const;

  sqlite3_stmt* statement_;
  sqlite3_destructor_type keep_;
};

// One SQLite connection with its prepared statements. Used by one thread at a time.
class Connection {
 public:
  enum class Mode {
    create,
    existing,
    frozen  // a file that nobody changes, read only
  };

  // Sets busy handling, WAL (not when frozen), synchronous=FULL and foreign keys. Throws
  // StoreError. `vault`: of this database's signing secrets.
  Connection(const std::string& path, Mode mode, SecretVault vault = {});
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  // Runs a statement with `?` bound in order. `sql` must be a constant: it is prepared once and
  // kept by address.
  template <class... Args>
  Rows query(std::string_view sql, const Args&... args) {
    sqlite3_stmt* const statement = prepared(sql);
    bind_all(Binder{statement, SQLITE_TRANSIENT},
             args...);  // copied: the rows may be read after the arguments have died
    return Rows(statement);
  }

  // As query, for a statement without rows. Returns how many rows it changed.
  template <class... Args>
  std::int64_t run(std::string_view sql, const Args&... args) {
    sqlite3_stmt* const statement = prepared(sql);
    bind_all(Binder{statement, SQLITE_STATIC},
             args...);  // the arguments outlive the call, and so the statement's run
    Rows rows(statement);
    while (rows.next()) {
    }
    return sqlite3_changes64(db_.get());
  }

  // As run, for a statement whose one parameter is `batch`; an empty one runs nothing.
  std::int64_t run_for(std::string_view sql, const Batch& batch) {
    return batch.empty() ? 0 : run(sql, batch);
  }

  // One value of the first row; nullopt when there is no row or it is NULL.
  template <class... Args>
  std::optional<std::int64_t> value(std::string_view sql, const Args&... args) {
    Rows rows = query(sql, args...);
    return rows.next() ? rows.maybe_integer(0) : std::nullopt;
  }

  // Statements made at run time, e.g. from filters: prepared for this one use.
  class Adhoc;

  // A script of several statements without parameters.
  void script(const std::string& sql);

  // Moves of the write-ahead log into the database file what nobody reads there any more, unless
  // somebody else is at it. Waits for the disk, and for nobody else. Throws StoreError.
  void move_log();
  // Moves all of it and gives its space back. False: somebody else is using it just now, or the
  // disk fails.
  bool truncate_log();

  const char* path() const { return sqlite3_db_filename(db_.get(), "main"); }
  // The write-ahead log's path; nullptr when there is none. Lives as long as the connection.
  const char* log_file() const {
    return path() == nullptr ? nullptr : sqlite3_filename_wal(path());
  }

  const SecretVault& vault() const { return vault_; }
  bool in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }
  sqlite3* handle() const { return db_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };

  template <class... Args>
  static void bind_all([[maybe_unused]] const Binder& bind, const Args&... args) {
    [[maybe_unused]] int at = 0;
    (bind(++at, args), ...);
  }
  sqlite3_stmt* prepared(std::string_view sql);

  const SecretVault vault_;
  std::unique_ptr<sqlite3, Close> db_;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

// A statement of its own for SQL that is put together at run time.
class Connection::Adhoc {
 public:
  Adhoc(Connection& connection, const std::string& sql);
  Adhoc(const Adhoc&) = delete;
  Adhoc& operator=(const Adhoc&) = delete;
  ~Adhoc() { sqlite3_finalize(statement_); }

  template <class T>
  void bind_next(const T& value) {
    Binder{statement_, SQLITE_TRANSIENT}(++bound_, value);
  }
  Rows rows() { return Rows(statement_); }

 private:
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

// BEGIN IMMEDIATE … COMMIT, or a savepoint inside a transaction that is already open. Rolls back
// unless committed.
class Transaction {
 public:
  explicit Transaction(Connection& connection);
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  void commit();

 private:
  Connection& connection_;
  const bool nested_;
  bool open_ = true;
};

// Several reads of one instant: BEGIN … END, nothing to roll back. Inside an open transaction it
// does nothing.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection);
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();

 private:
  Connection& connection_;
  const bool owns_;
};

}  // namespace webhooks::store::sqlite
