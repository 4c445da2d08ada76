#include "common/store/sqlite/migrate.h"

#include <fmt/format.h>
#include <iterator>
#include <schema_sqlite.h>

namespace webhooks::store::sqlite {
namespace {

// "PWHK" in the file's header: tells our database from another program's (SQLite file format
// §1.3.14).
constexpr std::int64_t kApplicationId = 0x5057484b;
constexpr auto kNewest = static_cast<std::int64_t>(std::size(schema::kSqliteMigrations));

constexpr std::string_view kReadApplicationId = "PRAGMA application_id";
constexpr std::string_view kReadVersion = "PRAGMA user_version";
constexpr std::string_view kAnyTable = "SELECT 1 FROM sqlite_schema LIMIT 1";

}  // namespace

std::int64_t schema_version(Connection& db) {
  const Snapshot snapshot(db);  // another process may migrate between two of these reads
  const std::int64_t id = db.value(kReadApplicationId).value_or(0);
  const std::int64_t version = db.value(kReadVersion).value_or(0);
  const bool is_fresh = id == 0 && version == 0 && !db.value(kAnyTable);
  if (id != kApplicationId && !is_fresh)
    throw StoreError("the database belongs to another program");
  if (version > kNewest)
    throw StoreError(fmt::format(
        "the database has schema version {}, this program knows {}: it needs a newer one", version,
        kNewest));
  return version;
}

void migrate(Connection& db) {
  if (schema_version(db) == kNewest) return;
  Transaction transaction(db);
  const std::int64_t version = schema_version(db);  // another process may have been faster
  for (auto next = version; next < kNewest; ++next)
    db.script(std::string(schema::kSqliteMigrations[static_cast<std::size_t>(next)].content));
  db.script(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, kNewest));
  transaction.commit();
}

void require_current(Connection& db) {
  if (const std::int64_t version = schema_version(db); version != kNewest)
    throw StoreError(fmt::format(
        "the database has schema version {}, this program needs {}: run `migrate` first", version,
        kNewest));
}

}  // namespace webhooks::store::sqlite
