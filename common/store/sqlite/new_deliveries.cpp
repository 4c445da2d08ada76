#include "common/store/sqlite/new_deliveries.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kBusyLanes = R"sql(
  SELECT b.rowid FROM batch(?) b WHERE EXISTS (
    SELECT 1 FROM delivery WHERE webhook = b.c0 AND ordered = 1 AND subject = b.c1 AND state = 'pending'))sql";

constexpr std::string_view kCreate = R"sql(
  INSERT OR FAIL INTO delivery (event, webhook, sequence, subject, ordered, state, "trigger", due, created_at)
  SELECT c0, c1, c2, c3, c4, 'pending', 'schedule', c5, c6 FROM batch(?))sql";

}  // namespace

void NewDeliveries::add(std::int64_t position, std::string_view subject, EventType type,
                        Flow& flow) {
  const std::int64_t sequence = ++flow.last_sequence;
  const DeliveryKey key{flow.webhook, position};
  if (flow.order == DeliveryOrder::latest) {
    add_latest(key, subject, type, flow, sequence);
    return;
  }
  const bool ordered = flow.order != DeliveryOrder::any;
  created_.add(position, flow.webhook, sequence, subject, ordered, due_, turn_.request.now);
  if (!ordered) {
    queued_.add(flow.webhook, due_, sequence, position);
  } else if (seen_.emplace(flow.webhook, subject).second) {
    lanes_.add(flow.webhook, subject);
    firsts_.push_back({key, sequence});
  }
}

void NewDeliveries::write() {
  // Asked before they are written: a lane that is busy now lets its next one go itself.
  std::vector<bool> busy(firsts_.size());
  if (!lanes_.empty())
    for (Rows rows = turn_.db.query(kBusyLanes, lanes_); rows.next();)
      busy[static_cast<std::size_t>(rows.integer(0)) - 1] = true;
  for (std::size_t i = 0; i < firsts_.size(); ++i)
    if (const First& first = firsts_[i]; !busy[i])
      queued_.add(first.key.webhook, due_, first.sequence, first.key.event);
  turn_.db.run_for(kCreate, created_);
  enqueue_all(turn_.db, queued_);
}

// It may end older ones of its lane, which may have been first: written one by one.
void NewDeliveries::add_latest(const DeliveryKey& key, std::string_view subject, EventType type,
                               const Flow& flow, std::int64_t sequence) {
  const Time now = turn_.request.now;
  const auto create = [&] {
    Batch one;
    one.add(key.event, key.webhook, sequence, subject, true, due_, now);
    turn_.db.run(kCreate, one);
  };
  const std::int64_t older =
      supersede_older(turn_.db, key, subject, type, delivery_id(flow.id, sequence), now);
  superseded_ += older;
  if (older > 0) {
    const bool is_claimed = lane_is_claimed(turn_.db, key.webhook, subject);
    place(turn_.db, key, sequence, subject, true, due_, is_claimed, create);
  } else {
    const bool waits = lane_is_busy(turn_.db, flow.webhook, subject);
    create();
    if (!waits) enqueue(turn_.db, key, sequence, due_);
  }
}

}  // namespace webhooks::store::sqlite
