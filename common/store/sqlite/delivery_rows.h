#pragma once

#include "common/domain/delivery.h"
#include "common/store/sqlite/connection.h"

namespace webhooks::store::sqlite {

// A delivery as its partner sees it: claimed is "sending", and what a deactivation cancelled is
// cancelled even before a sweep has written it down.
inline constexpr std::string_view kDeliveryState =
    "CASE WHEN d.state <> 'pending' THEN d.state WHEN c.event IS NOT NULL THEN 'sending'"
    " WHEN d.sequence <= f.cancelled_through THEN 'cancelled' ELSE 'pending' END";

// FROM … for kDeliveryColumns.
inline constexpr std::string_view kDeliveryTables =
    "delivery d JOIN outbox o ON o.position = d.event JOIN webhook w ON w.key = d.webhook"
    " JOIN flow f ON f.webhook = d.webhook"
    " LEFT JOIN claim c ON c.webhook = d.webhook AND c.event = d.event";

// After the state: w.id, o.id, o.type, subject, sequence, reason, attempts_made, due, created_at,
// finished_at, cancelled_at.
inline constexpr std::string_view kDeliveryColumns =
    ", w.id, o.id, o.type, d.subject, d.sequence, d.reason, d.attempts_made, d.due, d.created_at, "
    "d.finished_at,"
    " f.cancelled_at";

Delivery read_delivery(const Rows& row);

}  // namespace webhooks::store::sqlite
