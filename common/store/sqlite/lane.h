#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "common/domain/delivery.h"
#include "common/store/sqlite/connection.h"

// A lane is the unfinished ordered deliveries of one subject to one webhook. Of each lane only one
// is in the queue or claimed, the one that stands first in the outbox. Unordered deliveries are in
// no lane and always queued.
namespace webhooks::store::sqlite {

inline constexpr std::string_view kInactiveReason = "the webhook was turned inactive";
inline constexpr std::string_view kExpiredReason = "the event expired before it could be delivered";

// The type that an event's row names. Throws ConstraintError: it is none of ours, whatever wrote
// it.
EventType stored_event_type(std::string_view text);

// The same of a delivery's trigger.
Trigger stored_trigger(std::string_view text);

struct DeliveryKey {
  std::int64_t webhook = 0;
  std::int64_t event = 0;
};

// True when a delivery of the lane is unfinished.
bool lane_is_busy(Connection& db, std::int64_t webhook, std::string_view subject);

// Puts a delivery into the queue.
void enqueue(Connection& db, const DeliveryKey& key, std::int64_t sequence, Time due);

void dequeue(Connection& db, std::int64_t webhook, Time due, std::int64_t sequence);

// Puts the lane's first delivery into the queue, if there is one. Called when none of the lane is
// queued or claimed.
void advance_lane(Connection& db, std::int64_t webhook, std::string_view subject);

// As advance_lane for each (webhook, subject) of `lanes`.
void advance_lanes(Connection& db, const Batch& lanes);

// As enqueue for each (webhook, due, sequence, event) of `entries`.
void enqueue_all(Connection& db, const Batch& entries);

// Takes the lane's first delivery out of the queue: an older one is about to stand before it.
void hold_lane(Connection& db, std::int64_t webhook, std::string_view subject);

// Ends a delivery. Its queue entry and its claim are the caller's to remove. A row that is damaged
// ends all the same, or is dropped: it must not stand before its lane for ever.
void finish(Connection& db, const DeliveryKey& key, DeliveryState state, std::string_view reason,
            Time now);

// With `latest`: ends the lane's unclaimed deliveries of that event type before `key`, naming
// `newer`.
// Returns how many: if any, another may be first of the lane now.
std::int64_t supersede_older(Connection& db, const DeliveryKey& key, std::string_view subject,
                             EventType type, const DeliveryId& newer, Time now);

// With `latest`: the sequence of a newer unfinished delivery of that type in the lane; nullopt when
// there is none.
std::optional<std::int64_t> newer_in_lane(Connection& db, const DeliveryKey& key,
                                          std::string_view subject, EventType type);

// With `latest`: notes of each (webhook, subject, type, event) of `delivered` that it has been.
void note_delivered(Connection& db, const Batch& delivered);

// With `latest`: the sequence of a newer delivery of that type and subject that was delivered or is
// unfinished; nullopt when there is none.
std::optional<std::int64_t> newer_alive(Connection& db, const DeliveryKey& key,
                                        std::string_view subject, EventType type);

// True when one of the lane is being sent.
bool lane_is_claimed(Connection& db, std::int64_t webhook, std::string_view subject);

// The subjects of that webhook's lanes of which one is being sent. For many lanes at once:
// lane_is_claimed() looks at every claim of the webhook each time.
std::set<std::string, std::less<>> claimed_lanes(Connection& db, std::int64_t webhook);

// Brings the lane's first into the queue, whoever was in it before, unless one of the lane is being
// sent.
void advance_lane_if_free(Connection& db, std::int64_t webhook, std::string_view subject);

// Makes a delivery wait in its place of its lane, which may be before the one that is first now.
// `is_claimed`: whether one of the lane is being sent. `write`: makes it pending with that due
// time.
template <class Write>
void place(Connection& db, const DeliveryKey& key, std::int64_t sequence, std::string_view subject,
           bool ordered, Time due, bool is_claimed, Write write) {
  if (!ordered) {
    write();
    enqueue(db, key, sequence, due);
  } else if (is_claimed) {
    write();  // settling the claim lets the lane's first go
  } else {
    hold_lane(db, key.webhook, subject);
    write();
    advance_lane(db, key.webhook, subject);
  }
}

}  // namespace webhooks::store::sqlite
