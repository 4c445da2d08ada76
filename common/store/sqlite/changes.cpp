#include "common/store/sqlite/turn_steps.h"

// What others, or this turn itself, have changed about webhooks: see 0008_changes.sql.
namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kLast = "SELECT coalesce(max(serial), 0) FROM webhook_change";
constexpr std::string_view kSince =
    "SELECT serial, webhook FROM webhook_change WHERE serial > ? ORDER BY serial";

}  // namespace

void tell_changes(Turn& turn) {
  std::optional<std::int64_t>& seen = turn.places.change;
  if (!seen) {  // nothing is in hand yet
    seen = turn.db.value(kLast);
    return;
  }
  Changed& changed = turn.result.changed;
  for (Rows rows = turn.db.query(kSince, *seen); rows.next();) {
    changed.all |= rows.integer(0) != *seen + 1 || rows.is_null(1);
    if (!rows.is_null(1)) changed.webhooks.push_back(rows.integer(1));
    seen = rows.integer(0);
  }
}

}  // namespace webhooks::store::sqlite
