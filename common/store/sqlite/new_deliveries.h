#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "common/store/sqlite/lane.h"
#include "common/store/sqlite/turn_steps.h"

namespace webhooks::store::sqlite {

// Gathers the deliveries that events are fanned out to, and writes them together.
class NewDeliveries {
 public:
  explicit NewDeliveries(Turn& turn)
      : turn_(turn), due_(turn.request.now + turn.request.first_wait) {}

  // A delivery of the event at `position` of the outbox, which gets the webhook's next sequence.
  // Positions ascend; `subject` must live until write().
  void add(std::int64_t position, std::string_view subject, EventType type, Flow& flow);

  // How many older ones these have superseded, with `latest`.
  std::int64_t superseded() const { return superseded_; }

  // Writes them, and lets those into the queue that are the first of their lanes. Throws
  // ConstraintError when the schema refuses one.
  void write();

 private:
  void add_latest(const DeliveryKey& key, std::string_view subject, EventType type,
                  const Flow& flow, std::int64_t sequence);

  struct First {
    DeliveryKey key;
    std::int64_t sequence;
  };
  using Lane = std::pair<std::int64_t, std::string_view>;
  struct LaneHash {
    std::size_t operator()(const Lane& lane) const {
      return std::hash<std::string_view>()(lane.second) * 31 + static_cast<std::size_t>(lane.first);
    }
  };

  Turn& turn_;
  const Time due_;
  std::int64_t superseded_ = 0;
  Batch created_;
  Batch queued_;
  Batch lanes_;                // that this turn adds to,
  std::vector<First> firsts_;  // with the first one added to each
  std::unordered_set<Lane, LaneHash> seen_;
};

}  // namespace webhooks::store::sqlite
