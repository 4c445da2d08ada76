#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>

#include "common/domain/health.h"
#include "common/domain/webhook.h"
#include "common/store/sqlite/connection.h"

namespace webhooks::store::sqlite {

// How one webhook stands with the workers, as one transaction sees and changes it.
struct Flow {
  std::int64_t webhook = 0;
  WebhookId id;
  std::int64_t partner = 0;
  std::string url;
  bool active = true;           // what its partner or the service decided
  bool contract_active = true;  // while it is not, deliveries wait
  DeliveryOrder order = DeliveryOrder::by_subject;
  bool may_send() const { return active && contract_active; }
  std::int64_t last_sequence = 0;
  std::optional<Time> ready_at;
  Health health;
  std::int64_t cancelled_through = 0;
  std::optional<Time> served_at;  // claimed from in this transaction: goes behind the others
  bool dirty = false;
};

// The flows that one transaction touches: each is read once, and written in save(); all of them
// together by one statement.
class FlowBook {
 public:
  FlowBook(Connection& db, Time now) : db_(db), now_(now) {}

  // From now on a row that contradicts itself, or the deliveries that there are, is put right
  // before it is read: the schema would refuse whatever is written by it.
  void mend() { mends_ = true; }
  const std::set<std::int64_t>& mended() const { return mended_; }

  // Reads those that are not in the book yet, so that find() has them at hand.
  void load(std::span<const std::int64_t> webhooks);

  // nullptr: the webhook has been deleted. The pointer lives as long as the book.
  Flow* find(std::int64_t webhook);

  // Writes every flow that find() gave out since the last save, and from its queue when its next
  // turn comes.
  void save();

  // Drops what has not been saved: the transaction that it was of has been undone.
  void forget() { flows_.clear(); }

 private:
  Connection& db_;
  const Time now_;
  bool mends_ = false;
  std::set<std::int64_t> mended_;
  std::unordered_map<std::int64_t, std::optional<Flow>> flows_;
};

struct Swept {
  std::int64_t cancelled = 0;  // deliveries that were brought into that state
  bool complete = true;        // that was the last of them
};

// Everything unfinished up to now counts as cancelled from this moment on. A short backlog is
// brought into that state at once, a long one by later sweeps, so that a million deliveries cost
// this transaction no more than a thousand. Returns how many were brought there.
std::int64_t cancel_waiting(Connection& db, std::int64_t webhook, Time now);

// Brings up to `limit` cancelled deliveries into their state.
Swept sweep_cancelled(Connection& db, std::int64_t webhook, std::int64_t limit);

// Turns the webhook inactive for `reason` and cancels what waits for it, as cancel_waiting() does.
std::int64_t deactivate(Connection& db, std::int64_t webhook, std::string_view reason, Time now);

}  // namespace webhooks::store::sqlite
