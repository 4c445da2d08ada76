#include "common/store/sqlite/stores.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kKeyIds = "SELECT DISTINCT coalesce(key_id, '') FROM signing_secret";

constexpr std::string_view kWalk = R"sql(
  SELECT s.webhook, s.serial, w.id, s.secret, s.key_id FROM signing_secret s JOIN webhook w ON w.key = s.webhook
  WHERE (s.webhook, s.serial) > (?, ?) ORDER BY s.webhook, s.serial LIMIT ?)sql";

constexpr std::string_view kReseal =
    "UPDATE signing_secret SET secret = ?3, key_id = ?4 WHERE webhook = ?1 AND serial = ?2";

constexpr std::string_view kOverwrite = "PRAGMA secure_delete = ON";
constexpr std::string_view kSettle = "PRAGMA wal_checkpoint(TRUNCATE)";

struct Row {
  ResealCursor at;
  WebhookId webhook;
  KeptSecret kept;
};

}  // namespace

std::string open_secret(Connection& db, const WebhookId& webhook, const KeptSecret& kept) {
  auto secret = db.vault().open(webhook, kept);
  if (!secret)
    throw StoreError("a signing secret of " + webhook.value + " does not open with the keys given");
  return std::move(*secret);
}

std::vector<std::string> SqliteSecretStore::key_ids() {
  std::vector<std::string> ids;
  for (Rows rows = db_.query(kKeyIds); rows.next();) ids.push_back(rows.text(0));
  return ids;
}

ResealStep SqliteSecretStore::reseal(const ResealCursor& after, std::int64_t limit) {
  for (Rows rows = db_.query(kOverwrite); rows.next();) {
  }
  Transaction transaction(db_);
  std::vector<Row> walked;
  for (Rows rows = db_.query(kWalk, after.webhook, after.serial, limit); rows.next();)
    walked.push_back({{rows.integer(0), rows.integer(1)},
                      {rows.text(2)},
                      {rows.text(3), rows.maybe_text(4).value_or("")}});
  ResealStep step{after, 0, static_cast<std::int64_t>(walked.size()) < limit};
  for (const Row& row : walked) {
    step.next = row.at;
    if (row.kept.key_id == db_.vault().key_id()) continue;
    const KeptSecret kept = db_.vault().seal(row.webhook, open_secret(db_, row.webhook, row.kept));
    db_.run(kReseal, row.at.webhook, row.at.serial, Blob{kept.bytes}, kept.key_id);
    ++step.resealed;
  }
  transaction.commit();
  return step;
}

bool SqliteSecretStore::settle_log() {
  Rows row = db_.query(kSettle);
  return row.next() && row.integer(0) == 0;
}

}  // namespace webhooks::store::sqlite
