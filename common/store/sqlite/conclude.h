#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "common/domain/verdict.h"
#include "common/store/sqlite/flow.h"
#include "common/store/sqlite/lane.h"

// What becomes of deliveries whose claims have gone.
namespace webhooks::store::sqlite {

// A delivery whose claim has just gone.
struct Unclaimed {
  DeliveryKey key;
  std::int64_t sequence = 0;
  std::string_view subject;
  EventType type{};
  bool ordered = true;
  std::optional<Time> expires_at;
  std::int64_t attempts_made = 0;  // by now
};

struct Decision {
  std::optional<DeliveryState> end;  // nullopt: it is tried again at `due`
  std::string reason;                // empty: none
  Time due;
};

// Decides by the verdict and by how the webhook stands now.
Decision decide(Connection& db, const Unclaimed& one, const Verdict& verdict, const Flow& flow,
                Time now);

// Gathers what is to be written about deliveries whose claims have gone, and writes all of it with
// a handful of statements. Texts that are handed in must live until write().
class Conclusions {
 public:
  explicit Conclusions(Connection& db) : db_(db) {}

  // The log of one attempt.
  struct Made {
    std::int64_t number = 0;
    Time started_at;
    Millis duration{};
    std::optional<std::int64_t> status_code;
    std::optional<std::string_view> error;
    std::string_view excerpt;
    Trigger trigger = Trigger::schedule;
  };
  void log(const DeliveryKey& key, const Made& attempt);

  void add(const Unclaimed& one, Decision decision, const Flow& flow, Time now);

  // Writes what has been gathered, and lets the next of each lane into the queue.
  void write();

 private:
  Connection& db_;
  std::deque<std::string> reasons_;  // a deque does not move what it holds
  Batch attempts_;
  Batch deliveries_;
  Batch latest_;
  Batch lanes_;
  Batch queued_;
};

}  // namespace webhooks::store::sqlite
