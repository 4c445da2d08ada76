#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "common/domain/delivery.h"
#include "common/domain/webhook.h"

namespace webhooks::store {

// How much waits, as of one instant.
struct Backlog {
  std::int64_t events_pending = 0;   // in the outbox, not fanned out yet
  std::optional<Time> oldest_event;  // when the first of them was received
  std::int64_t deliveries_pending =
      0;  // unfinished: queued, held behind their subject's first, or sent
  std::int64_t deliveries_queued = 0;   // of these, what may go out when it is due
  std::int64_t deliveries_due = 0;      // of these, what is due
  std::int64_t deliveries_sending = 0;  // claimed
  std::int64_t webhooks_active = 0;
  std::int64_t webhooks_inactive = 0;
  std::int64_t webhooks_failing = 0;  // their last attempt failed
  std::int64_t webhooks_probed = 0;   // failed so often that they get one delivery at a time
  std::int64_t purging = 0;           // deleted webhooks whose log is still being removed
  std::optional<Time>
      oldest_kept;  // of all events that the log still has: shows how retention does
};

// What the store takes of the disk, in bytes.
struct Footprint {
  std::int64_t data = 0;       // free pages included
  std::int64_t free = 0;       // of that, to be used again
  std::int64_t log = 0;        // written, not yet moved into the data
  std::int64_t available = 0;  // what its disk has left
};

// What operators and metrics ask over all partners at once. Never for what partners may call.
class InsightStore {
 public:
  virtual ~InsightStore() = default;

  // Counts in narrow tables and partial indexes: its cost grows with what is unfinished, not with
  // the log. A million unfinished deliveries took 1.7 s on two busy cores: not for every request.
  virtual Backlog backlog(Time now) = 0;

  virtual Footprint footprint() = 0;

  // Everybody who ever had a contract or a key, by id.
  virtual std::vector<PartnerId> partners() = 0;

  // Whose webhook it is; nullopt: there is none of that id.
  virtual std::optional<PartnerId> owner(const WebhookId& webhook) = 0;

  // Deliveries of all webhooks in any of `states` (empty: in all), the newest event first. Reads
  // the log from its new end until it has found `limit`.
  virtual std::vector<Delivery> newest(const std::vector<DeliveryState>& states,
                                       std::int64_t limit) = 0;
};

}  // namespace webhooks::store
