#include "common/store/sqlite/backup.h"

#include <filesystem>
#include <fmt/format.h>
#include <vector>

#include "common/store/sqlite/check.h"
#include "common/store/sqlite/connection.h"
#include "common/store/sqlite/files.h"
#include "common/store/sqlite/migrate.h"
#include "common/store/sqlite/turn_steps.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kEvents = "SELECT count(*) FROM outbox";
constexpr std::string_view kWebhooks = "SELECT count(*) FROM webhook";
constexpr std::string_view kDeliveries = "SELECT count(*) FROM delivery";
constexpr std::string_view kClaims = "SELECT count(*) FROM claim";
constexpr std::string_view kWorkers = "SELECT DISTINCT worker FROM claim";

BackupReport describe(Connection& db) {
  BackupReport report;
  report.schema_version = schema_version(db);
  if (report.schema_version == 0) throw StoreError("the database is empty");
  report.events = db.value(kEvents).value();
  report.webhooks = db.value(kWebhooks).value();
  report.deliveries = db.value(kDeliveries).value();
  report.claims = db.value(kClaims).value();
  return report;
}

// All pages as they stand. In one step: a writer would make several begin from the first page
// again.
void copy(Connection& from, const std::string& to) {
  sqlite3* target = nullptr;
  const int opened = sqlite3_open_v2(to.c_str(), &target, SQLITE_OPEN_READWRITE, nullptr);
  // No journal: until it has its name the file is nobody's, and a failed one is removed.
  if (opened == SQLITE_OK)
    sqlite3_exec(target, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", nullptr, nullptr,
                 nullptr);
  sqlite3_backup* const copying = sqlite3_backup_init(target, "main", from.handle(), "main");
  if (copying) sqlite3_backup_step(copying, -1);
  const int code = copying ? sqlite3_backup_finish(copying) : sqlite3_errcode(target);
  const std::string why = code == SQLITE_OK ? "" : sqlite3_errmsg(target);
  sqlite3_close(target);
  if (code != SQLITE_OK) throw StoreError("cannot copy to " + to + ": " + why);
}

// The report of a file that is sound. Throws StoreError when it is not.
BackupReport verified(const std::string& path) {
  Connection db(path, Connection::Mode::frozen);
  if (const auto wrong = check_file(db); !wrong.empty())
    throw StoreError(
        fmt::format("{} is damaged: {}{}", path, wrong.front().what,
                    wrong.size() > 1 ? fmt::format(" (and {} more)", wrong.size() - 1) : ""));
  BackupReport report = describe(db);
  report.bytes = static_cast<std::int64_t>(std::filesystem::file_size(path));
  return report;
}

// Makes sure that no process has the database open, and that its file alone is all of it. A damaged
// one is nobody's to save.
void require_unused(const std::string& path) {
  sqlite3* db = nullptr;
  int code = sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READWRITE, nullptr);
  if (code == SQLITE_OK)
    code = sqlite3_exec(db, "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr);
  sqlite3_close(db);
  if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
    throw StoreError("the database " + path + " is in use: stop the API and the worker first");
}

void set_aside(const std::string& path) {
  const std::string aside = path + ".replaced";
  if (exists(aside)) throw StoreError("there is already a file " + aside + ": move it away first");
  require_unused(path);
  for (const char* suffix : {"-wal", "-shm"})
    if (exists(path + suffix)) rename_for_good(path + suffix, aside + suffix);
  rename_for_good(path, aside);
}

}  // namespace

BackupReport back_up(const std::string& path, const std::string& to) {
  PendingFile file(to);
  Connection db(path, Connection::Mode::existing);
  BackupReport expected;
  {
    const Snapshot instant(db);
    expected = describe(db);
    copy(db, file.name());
  }
  const BackupReport made = verified(file.name());
  if (made.events != expected.events || made.webhooks != expected.webhooks ||
      made.deliveries != expected.deliveries)
    throw StoreError("the copy does not hold what the database held");
  file.keep();
  return made;
}

BackupReport restore(const std::string& from, const std::string& path, bool replace, Time now) {
  if (exists(from + "-wal"))
    throw StoreError(from + "-wal stands beside it: that is a database in use, not a backup");
  const BackupReport report = verified(from);
  const bool is_there = exists(path);
  if (is_there && !replace) throw StoreError("there is already a database " + path);
  // Beside the database, so that renaming it is enough.
  PendingFile file(is_there ? path + ".restored" : path);
  {
    Connection backup(from, Connection::Mode::frozen);
    copy(backup, file.name());
  }
  {
    Connection db(file.name(), Connection::Mode::existing);
    migrate(db);
    std::vector<std::string> workers;
    for (Rows rows = db.query(kWorkers); rows.next();) workers.push_back(rows.text(0));
    for (const std::string& worker : workers) release_claims(db, worker, now);
    db.script("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  verified(file.name());
  if (!is_there) {
    file.keep();
    return report;
  }
  set_aside(path);
  file.keep();
  rename_for_good(path + ".restored", path);
  return report;
}

}  // namespace webhooks::store::sqlite
