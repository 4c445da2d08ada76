#include "common/store/sqlite/stores.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kAddPartner =
    "INSERT INTO partner (id) VALUES (?) ON CONFLICT DO NOTHING";
constexpr std::string_view kAdd = R"sql(
  INSERT INTO api_key (id, hash, role, partner_id, name, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?))sql";
constexpr std::string_view kAny = "SELECT 1 FROM api_key LIMIT 1";
constexpr std::string_view kFind = R"sql(
  SELECT id, role, partner_id, name, created_at, expires_at, last_used_at FROM api_key
  WHERE hash = ? AND (expires_at IS NULL OR expires_at > ?))sql";
constexpr std::string_view kList = R"sql(
  SELECT id, role, partner_id, name, created_at, expires_at, last_used_at FROM api_key ORDER BY created_at, id)sql";
constexpr std::string_view kRemove = "DELETE FROM api_key WHERE id = ?";
constexpr std::string_view kKnows = "SELECT 1 FROM partner WHERE id = ?";
constexpr std::string_view kTouch =
    "UPDATE api_key SET last_used_at = max(coalesce(last_used_at, 0), ?2) WHERE id = ?1";

ApiKey read(const Rows& row) {
  ApiKey key{{row.text(0)},
             role_from(row.view(1)).value(),
             {},
             row.text(3),
             row.time(4),
             row.maybe_time(5),
             row.maybe_time(6)};
  if (!row.is_null(2)) key.partner = PartnerId{row.text(2)};
  return key;
}

}  // namespace

void SqliteKeyStore::add(const ApiKey& key, const std::string& hash) {
  Transaction transaction(db_);
  if (key.partner) db_.run(kAddPartner, *key.partner);
  db_.run(kAdd, key.id, Blob{hash}, to_string(key.role), key.partner, key.name, key.created_at,
          key.expires_at);
  transaction.commit();
}

bool SqliteKeyStore::add_first(const ApiKey& key, const std::string& hash) {
  Transaction transaction(db_);
  if (db_.query(kAny).next()) return false;
  add(key, hash);
  transaction.commit();
  return true;
}

std::optional<ApiKey> SqliteKeyStore::find_valid(const std::string& hash, Time now) {
  Rows row = db_.query(kFind, Blob{hash}, now);
  return row.next() ? std::optional(read(row)) : std::nullopt;
}

std::vector<ApiKey> SqliteKeyStore::list() {
  std::vector<ApiKey> keys;
  for (Rows rows = db_.query(kList); rows.next();) keys.push_back(read(rows));
  return keys;
}

bool SqliteKeyStore::remove(const ApiKeyId& id) { return db_.run(kRemove, id) > 0; }

bool SqliteKeyStore::knows(const PartnerId& partner) {
  return db_.value(kKnows, partner).has_value();
}

void SqliteKeyStore::touch(const ApiKeyId& id, Time now) { db_.run(kTouch, id, now); }

}  // namespace webhooks::store::sqlite
