#include "common/domain/limits.h"
#include "common/store/sqlite/flow.h"
#include "common/store/sqlite/stores.h"
#include "common/store/sqlite/webhook_rows.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kContractOf = "SELECT 1 FROM contract WHERE id = ? AND partner_id = ?";
constexpr std::string_view kCount = "SELECT sum(webhooks) FROM webhook_tally WHERE partner_id = ?";
constexpr std::string_view kNextNumber = R"sql(
  UPDATE partner SET last_webhook_number = last_webhook_number + 1 WHERE id = ? RETURNING last_webhook_number)sql";

constexpr std::string_view kCreate = R"sql(
  INSERT INTO webhook (id, partner_id, number, contract_id, url, status, delivery_order, description, version,
                       created_at, updated_at)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9, ?9) RETURNING key)sql";
// The place in webhook_url: see 0003_listing.sql.
constexpr std::string_view kFindable = R"sql(
  INSERT INTO webhook_url (rowid, url)
  SELECT (p.serial << 40) + w.number, w.url FROM webhook w JOIN partner p ON p.id = w.partner_id WHERE w.key = ?)sql";
constexpr std::string_view kNotFindable = R"sql(
  DELETE FROM webhook_url WHERE rowid =
    (SELECT (p.serial << 40) + w.number FROM webhook w JOIN partner p ON p.id = w.partner_id WHERE w.key = ?))sql";
constexpr std::string_view kCreateFlow = "INSERT INTO flow (webhook) VALUES (?)";

constexpr std::string_view kDuplicate = R"sql(
  SELECT w.id FROM subscription s JOIN webhook w ON w.key = s.webhook
  WHERE s.contract_id = ? AND s.event_type = ? AND s.url = ? AND s.webhook <> ?)sql";
constexpr std::string_view kUnsubscribe = "DELETE FROM subscription WHERE webhook = ?";
constexpr std::string_view kSubscribe = R"sql(
  INSERT INTO subscription (contract_id, event_type, url, webhook) VALUES (?, ?, ?, ?))sql";

constexpr std::string_view kKey = "SELECT key FROM webhook WHERE id = ? AND partner_id = ?";

constexpr std::string_view kReplace = R"sql(
  UPDATE webhook SET contract_id = ?2, url = ?3, status = ?4, delivery_order = ?5, description = ?6,
    status_reason = CASE WHEN ?4 = 'inactive' THEN status_reason END, version = version + 1, updated_at = ?7
  WHERE key = ?1)sql";

// A fresh start: its record of failures is forgotten, and what is queued takes its turn: behind
// those that wait now, however long it has been queued.
constexpr std::string_view kWake = R"sql(
  UPDATE flow SET failures = 0, failing_since = NULL, hold_until = NULL, proven = 0,
    ready_at = CASE WHEN (SELECT c.active FROM contract c JOIN webhook w ON w.contract_id = c.id WHERE w.key = ?1)
               THEN (SELECT max(due, ?2) FROM queue q WHERE q.webhook = ?1 ORDER BY due LIMIT 1) END
  WHERE webhook = ?1)sql";

constexpr std::string_view kRemove = "DELETE FROM webhook WHERE key = ?";
constexpr std::string_view kDropClaims = "DELETE FROM claim WHERE webhook = ?";
constexpr std::string_view kPurge = "INSERT INTO purge (webhook) VALUES (?)";

constexpr std::string_view kSecrets = R"sql(
  SELECT secret, created_at, expires_at, key_id FROM signing_secret
  WHERE webhook = ? AND (expires_at IS NULL OR expires_at > ?) ORDER BY serial DESC)sql";
constexpr std::string_view kAddSecret = R"sql(
  INSERT INTO signing_secret (webhook, serial, secret, created_at, key_id)
  VALUES (?1, 1 + (SELECT coalesce(max(serial), 0) FROM signing_secret WHERE webhook = ?1), ?2, ?3, ?4))sql";
constexpr std::string_view kExpireSecret =
    "UPDATE signing_secret SET expires_at = ?2 WHERE webhook = ?1 AND expires_at IS NULL";
constexpr std::string_view kDropSecrets =
    "DELETE FROM signing_secret WHERE webhook = ? AND expires_at <= ?";

char digit_of(EventType type) {
  switch (type) {
    case EventType::flight_delay_status_changed:
      return '1';
    case EventType::product_added:
      return '2';
    case EventType::product_updated:
      return '4';
    case EventType::product_removed:
      return '3';
  }
  return '0';
}

EventType type_of(char digit) {
  for (const EventType type : kEventTypes)
    if (digit_of(type) == digit) return type;
  throw StoreError("database: webhook.event_types holds what is no event type");
}

}  // namespace

std::string event_types_column(const std::vector<EventType>& types) {
  std::string digits;
  for (const EventType type : types) digits += digit_of(type);
  return digits;
}

Webhook read_webhook(const Rows& row) {
  Webhook webhook;
  webhook.id = {row.text(1)};
  webhook.partner = {row.text(2)};
  webhook.number = row.integer(3);
  webhook.settings.contract = {row.text(4)};
  webhook.settings.url = row.text(5);
  webhook.settings.status = webhook_status_from(row.view(6)).value();
  webhook.status_reason = row.maybe_text(7);
  webhook.settings.delivery_order = delivery_order_from(row.view(8)).value();
  webhook.settings.description = row.text(9);
  webhook.version = row.integer(10);
  webhook.created_at = row.time(11);
  webhook.updated_at = row.time(12);
  for (const char digit : row.view(13)) webhook.settings.event_types.push_back(type_of(digit));
  return webhook;
}

std::optional<std::int64_t> webhook_key(Connection& db, const PartnerId& partner,
                                        const WebhookId& id) {
  return db.value(kKey, id, partner);
}

// Writes the rows that say who hears of what, or names the webhook that stands in the way.
std::optional<DuplicateSubscription> SqliteWebhookStore::subscribe(
    std::int64_t webhook, const WebhookSettings& settings) {
  for (const EventType type : settings.event_types) {
    Rows row = db_.query(kDuplicate, settings.contract, to_string(type), settings.url, webhook);
    if (row.next()) return DuplicateSubscription{{row.text(0)}, type};
  }
  db_.run(kUnsubscribe, webhook);
  for (const EventType type : settings.event_types)
    db_.run(kSubscribe, settings.contract, to_string(type), settings.url, webhook);
  return std::nullopt;
}

CreateResult SqliteWebhookStore::create(const NewWebhook& webhook) {
  Transaction transaction(db_);
  const WebhookSettings& settings = webhook.settings;
  if (!db_.value(kContractOf, settings.contract, webhook.partner)) return UnknownContract{};
  if (db_.value(kCount, webhook.partner).value_or(0) >= std::int64_t{limits::kWebhooksPerPartner})
    return TooManyWebhooks{};
  const std::int64_t number = db_.value(kNextNumber, webhook.partner).value();
  const std::int64_t key =
      db_.value(kCreate, webhook.id, webhook.partner, number, settings.contract, settings.url,
                to_string(settings.status), to_string(settings.delivery_order),
                settings.description, webhook.now)
          .value();
  db_.run(kFindable, key);
  db_.run(kCreateFlow, key);
  add_secret(key, webhook.id, webhook.secret, webhook.now);
  if (auto duplicate = subscribe(key, settings)) return *duplicate;
  transaction.commit();
  return find(webhook.partner, webhook.id).value();
}

std::optional<Webhook> SqliteWebhookStore::find(const PartnerId& partner, const WebhookId& id) {
  static const std::string kFind = "SELECT " + std::string(kWebhookColumns) +
                                   " FROM webhook w WHERE w.id = ? AND w.partner_id = ?";
  Rows row = db_.query(kFind, id, partner);
  return row.next() ? std::optional(read_webhook(row)) : std::nullopt;
}

ReplaceResult SqliteWebhookStore::replace(const PartnerId& partner, const WebhookId& id,
                                          const WebhookSettings& settings,
                                          std::optional<std::int64_t> expected_version, Time now) {
  Transaction transaction(db_);
  const std::optional<Webhook> before = find(partner, id);
  if (!before) return NotFound{};
  if (expected_version && *expected_version != before->version)
    return StaleVersion{before->version};
  if (before->settings == settings) return *before;
  if (!db_.value(kContractOf, settings.contract, partner)) return UnknownContract{};
  const std::int64_t key = webhook_key(db_, partner, id).value();
  const bool is_elsewhere =
      before->settings.contract != settings.contract || before->settings.url != settings.url;
  if (is_elsewhere || before->settings.event_types != settings.event_types)
    if (auto duplicate = subscribe(key, settings)) return *duplicate;
  const bool was_active = before->settings.status == WebhookStatus::active;
  const bool is_active = settings.status == WebhookStatus::active;
  if (was_active && !is_active) cancel_waiting(db_, key, now);
  db_.run(kReplace, key, settings.contract, settings.url, to_string(settings.status),
          to_string(settings.delivery_order), settings.description, now);
  if (before->settings.url != settings.url) {
    db_.run(kNotFindable, key);
    db_.run(kFindable, key);
  }
  if (is_active && (!was_active || is_elsewhere)) db_.run(kWake, key, now);
  transaction.commit();
  return find(partner, id).value();
}

store::RemoveResult SqliteWebhookStore::remove(const PartnerId& partner, const WebhookId& id,
                                               std::optional<std::int64_t> expected_version) {
  Transaction transaction(db_);
  const std::optional<Webhook> before = find(partner, id);
  if (!before) return NotFound{};
  if (expected_version && *expected_version != before->version)
    return StaleVersion{before->version};
  const std::int64_t key = webhook_key(db_, partner, id).value();
  db_.run(kNotFindable, key);
  db_.run(kRemove, key);
  db_.run(kDropClaims, key);
  db_.run(kPurge, key);
  transaction.commit();
  return std::monostate{};
}

std::vector<SigningSecret> SqliteWebhookStore::secrets(const PartnerId& partner,
                                                       const WebhookId& id, Time now) {
  std::vector<SigningSecret> secrets;
  const auto key = webhook_key(db_, partner, id);
  if (!key) return secrets;
  for (Rows rows = db_.query(kSecrets, *key, now); rows.next();)
    secrets.push_back({open_secret(db_, id, {rows.text(0), rows.maybe_text(3).value_or("")}),
                       rows.time(1), rows.maybe_time(2)});
  return secrets;
}

void SqliteWebhookStore::add_secret(std::int64_t key, const WebhookId& webhook,
                                    const std::string& secret, Time now) {
  const KeptSecret kept = db_.vault().seal(webhook, secret);
  const auto key_id = kept.key_id.empty() ? std::nullopt : std::optional(kept.key_id);
  db_.run(kAddSecret, key, Blob{kept.bytes}, now, key_id);
}

bool SqliteWebhookStore::rotate_secret(const PartnerId& partner, const WebhookId& id,
                                       const std::string& secret, Time now, Time old_valid_until) {
  Transaction transaction(db_);
  const auto key = webhook_key(db_, partner, id);
  if (!key) return false;
  db_.run(kDropSecrets, *key, now);
  db_.run(kExpireSecret, *key, old_valid_until);
  add_secret(*key, id, secret, now);
  transaction.commit();
  return true;
}

}  // namespace webhooks::store::sqlite
