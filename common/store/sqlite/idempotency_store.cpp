#include "common/domain/limits.h"
#include "common/store/sqlite/stores.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kFind = R"sql(
  SELECT fingerprint, reply FROM idempotency WHERE scope = ? AND key = ? AND created_at > ?)sql";
constexpr std::string_view kSave = R"sql(
  INSERT INTO idempotency (scope, key, fingerprint, reply, created_at) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (scope, key) DO UPDATE SET
    fingerprint = excluded.fingerprint, reply = excluded.reply, created_at = excluded.created_at)sql";
constexpr std::string_view kDropOld = R"sql(
  DELETE FROM idempotency WHERE (scope, key) IN (
    SELECT scope, key FROM idempotency WHERE created_at <= ? ORDER BY created_at LIMIT 4))sql";

}  // namespace

std::optional<StoredReply> SqliteIdempotencyStore::find(const std::string& scope,
                                                        const std::string& key, Time now) {
  Rows row = db_.query(kFind, scope, key, now - limits::kIdempotencyWindow);
  if (!row.next()) return std::nullopt;
  return StoredReply{row.text(0), row.text(1)};
}

void SqliteIdempotencyStore::save(const std::string& scope, const std::string& key,
                                  const StoredReply& reply, Time now) {
  Transaction transaction(db_);
  db_.run(kDropOld, now - limits::kIdempotencyWindow);
  db_.run(kSave, scope, key, Blob{reply.fingerprint}, reply.reply, now);
  transaction.commit();
}

}  // namespace webhooks::store::sqlite
