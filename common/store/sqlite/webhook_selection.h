#pragma once

#include <cstdint>
#include <string>

#include "common/store/sqlite/filter.h"
#include "common/store/webhook_store.h"

namespace webhooks::store::sqlite {

// The webhooks that a query means, and the way to them.
struct WebhookSelection {
  std::int64_t total = 0;  // how many there are
  std::string from;        // "webhook w INDEXED BY …"
  Filter filter;
  std::string order;  // " ORDER BY …"
};

// Up to so many webhooks are looked up and sorted; more are met by a walk along an index that has
// the order already. Sorting 2,000 costs about what walking past 20,000 does.
inline constexpr std::int64_t kSortedAtOnce = 2'000;

// Counts, and picks the way by what it counted. Call inside a Snapshot together with the reads.
//
// SQLite has no statistics that would tell it which of several indexes is best for one partner, so
// the index is named here. No way reads another partner's rows, and only a search for a common
// piece of a URL, in another order than by URL, reads rows of the table that it then does not show.
WebhookSelection select_webhooks(Connection& db, const WebhookQuery& query);

}  // namespace webhooks::store::sqlite
