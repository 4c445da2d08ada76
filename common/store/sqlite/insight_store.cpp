#include <filesystem>
#include <fmt/format.h>

#include "common/domain/health.h"
#include "common/store/sqlite/delivery_rows.h"
#include "common/store/sqlite/filter.h"
#include "common/store/sqlite/stores.h"

namespace webhooks::store::sqlite {
namespace {

// Each of these reads an index that holds only what is unfinished, or a narrow table.
constexpr std::string_view kPendingEvents = R"sql(
  SELECT count(*), min(position) FROM outbox INDEXED BY outbox_pending WHERE status = 'pending')sql";
constexpr std::string_view kReceivedAt = "SELECT received_at FROM outbox WHERE position = ?";
constexpr std::string_view kPendingDeliveries =
    "SELECT count(*) FROM delivery INDEXED BY delivery_pending WHERE state = 'pending'";
constexpr std::string_view kQueue = "SELECT count(*), total(due <= ?) FROM queue";
constexpr std::string_view kSending = "SELECT count(*) FROM claim";
constexpr std::string_view kWebhooks =
    "SELECT total(status = 'active'), total(status = 'inactive') FROM webhook";
constexpr std::string_view kFailing = "SELECT total(failures > 0), total(failures >= ?) FROM flow";
constexpr std::string_view kPurging = "SELECT count(*) FROM purge";
constexpr std::string_view kOldestKept = "SELECT received_at FROM outbox ORDER BY position LIMIT 1";

constexpr std::string_view kPages = "PRAGMA page_count";
constexpr std::string_view kFreePages = "PRAGMA freelist_count";
constexpr std::string_view kPageSize = "PRAGMA page_size";

constexpr std::string_view kPartners = "SELECT id FROM partner ORDER BY id";
constexpr std::string_view kOwner = "SELECT partner_id FROM webhook WHERE id = ?";

}  // namespace

Backlog SqliteInsightStore::backlog(Time now) {
  const Snapshot snapshot(db_);
  Backlog backlog;
  std::optional<std::int64_t> first;
  if (Rows row = db_.query(kPendingEvents); row.next()) {
    backlog.events_pending = row.integer(0);
    first = row.maybe_integer(1);
  }
  if (first) backlog.oldest_event = Time(Millis(db_.value(kReceivedAt, *first).value()));
  backlog.deliveries_pending = db_.value(kPendingDeliveries).value();
  if (Rows row = db_.query(kQueue, now); row.next()) {
    backlog.deliveries_queued = row.integer(0);
    backlog.deliveries_due = row.integer(1);
  }
  backlog.deliveries_sending = db_.value(kSending).value();
  if (Rows row = db_.query(kWebhooks); row.next()) {
    backlog.webhooks_active = row.integer(0);
    backlog.webhooks_inactive = row.integer(1);
  }
  if (Rows row = db_.query(kFailing, kProbeAfter); row.next()) {
    backlog.webhooks_failing = row.integer(0);
    backlog.webhooks_probed = row.integer(1);
  }
  backlog.purging = db_.value(kPurging).value();
  if (const auto oldest = db_.value(kOldestKept)) backlog.oldest_kept = Time(Millis(*oldest));
  return backlog;
}

Footprint SqliteInsightStore::footprint() {
  const Snapshot snapshot(db_);
  const std::int64_t page = db_.value(kPageSize).value();
  Footprint footprint{db_.value(kPages).value() * page, db_.value(kFreePages).value() * page, 0, 0};
  const char* const file = sqlite3_db_filename(db_.handle(), "main");
  std::error_code none;  // there is no such file after a clean shutdown
  const auto log = std::filesystem::file_size(sqlite3_filename_wal(file), none);
  if (!none) footprint.log = static_cast<std::int64_t>(log);
  const auto disk = std::filesystem::space(std::filesystem::path(file).parent_path(), none);
  if (!none) footprint.available = static_cast<std::int64_t>(disk.available);
  return footprint;
}

std::vector<PartnerId> SqliteInsightStore::partners() {
  std::vector<PartnerId> partners;
  for (Rows rows = db_.query(kPartners); rows.next();) partners.push_back({rows.text(0)});
  return partners;
}

std::optional<PartnerId> SqliteInsightStore::owner(const WebhookId& webhook) {
  Rows row = db_.query(kOwner, webhook);
  return row.next() ? std::optional(PartnerId{row.text(0)}) : std::nullopt;
}

std::vector<Delivery> SqliteInsightStore::newest(const std::vector<DeliveryState>& states,
                                                 std::int64_t limit) {
  Filter filter;
  filter.any_of(kDeliveryState, states, kByName);
  Connection::Adhoc statement(
      db_, fmt::format("SELECT {}{} FROM {}{} ORDER BY d.event DESC, d.webhook LIMIT ?",
                       kDeliveryState, kDeliveryColumns, kDeliveryTables, filter.sql()));
  filter.bind(statement);
  statement.bind_next(limit);
  std::vector<Delivery> deliveries;
  for (Rows rows = statement.rows(); rows.next();) deliveries.push_back(read_delivery(rows));
  return deliveries;
}

}  // namespace webhooks::store::sqlite
