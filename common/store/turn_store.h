#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/domain/delivery.h"
#include "common/domain/health.h"
#include "common/domain/limits.h"
#include "common/domain/verdict.h"
#include "common/domain/webhook.h"

namespace webhooks::store {

// Names one claimed delivery within the store. The token makes sure that only its holder settles
// it.
struct ClaimKey {
  std::int64_t webhook = 0;
  std::int64_t event = 0;
  std::int64_t token = 0;
};

// One delivery to attempt now, with everything the attempt needs.
struct Claim {
  ClaimKey key;
  Event event;
  WebhookId webhook;
  std::int64_t partner = 0;  // whose webhook it is
  std::string url;
  std::vector<std::string> secrets;  // raw bytes, the current one first
  std::int64_t sequence = 0;
  bool ordered = true;             // one at a time with others of its subject
  std::int64_t attempt = 1;        // of this delivery in all
  std::int64_t round_attempt = 1;  // in this round, which the retry schedule counts
  Trigger trigger = Trigger::schedule;
  Time due;          // where it stood in the queue
  Time received_at;  // when the outbox got the event
  Time lease_until;  // what is not under way well before this must not begin any more
  Health health;     // the webhook's as of this claim
};

// What came of a claim.
struct Settlement {
  Claim claim;
  bool attempted = true;  // false: never begun, the rest is unset; it goes back to the queue
  Time started_at;
  Time ended_at;
  Outcome outcome;
  Verdict verdict;
};

// An outbox row as a producer wrote it: nothing about it is checked yet.
struct OutboxRow {
  std::string_view id, type, contract, subject, data;
  std::int64_t occurred_at = 0;
  std::optional<std::int64_t> expires_at;
};

// What a worker can still take on. The webhooks whose turn it is get equal shares of it, and one
// share stays free.
struct Capacity {
  int all = 0;             // deliveries to claim at most;
  int unproven = 0;        // of these, to webhooks that are not proven healthy;
  int probed = 0;          // of those, to webhooks that are being probed
  std::int64_t bytes = 0;  // of the events' data: with the claim that reaches it claiming ends

  // The same for everybody.
  static Capacity of(int all) {
    return {all, all, all, all * static_cast<std::int64_t>(limits::kEventBytes)};
  }
};

// Claims of a partner's webhooks that are not proven healthy, and of these that are being probed.
struct Held {
  int unproven = 0;
  int probed = 0;
};

// Of what is for webhooks that are not proven, or that are probed, one partner holds no more than
// so many times what is left to all: alone three quarters, and whoever comes next finds some.
inline constexpr int kPartnerShare = 3;

struct TurnRequest {
  Time now;
  std::string worker;  // who claims
  std::vector<Settlement> settled;
  Capacity capacity;
  Millis lease{};                               // from `now`; outlives an attempt's deadline
  Millis disable_after = limits::kGiveUpAfter;  // of nothing but failures → webhook inactive
  Millis first_wait{};                          // before the first attempt of a new delivery
  std::int64_t fan_out_limit = 1024;            // events, shared by the contracts that have some
  std::int64_t sweep_limit = 500;               // rows of cleaning up
  // Why a row cannot be an event of ours; nullopt: it is one.
  std::function<std::optional<std::string>(const OutboxRow&)> check;
  // How many more attempts this worker may have in flight to that webhook.
  std::function<int(std::int64_t webhook, const Health&)> room;
  // What this worker holds of that partner's.
  std::function<Held(std::int64_t partner)> held = [](std::int64_t) { return Held{}; };
  // Whether this worker has that delivery in hand: then it is not lost, whatever the clock says.
  std::function<bool(std::int64_t webhook, std::int64_t event)> holds =
      [](std::int64_t, std::int64_t) { return false; };
};

struct Deactivated {
  WebhookId webhook;
  std::string reason;
};
struct Rejected {
  EventId event;
  std::string reason;
};

struct Unrecorded {
  ClaimKey claim;
  std::string why;
};

// A webhook of which the store held what cannot be, e.g. a last sequence behind those that were
// given.
struct Mended {
  std::int64_t webhook = 0;
};

// Webhooks whose endpoint, secrets or state somebody has changed, or that are gone: what was
// claimed of them before this turn, and has not been begun, is to be settled as not attempted.
struct Changed {
  bool all = false;  // any webhook may have changed
  std::vector<std::int64_t> webhooks;

  bool empty() const { return !all && webhooks.empty(); }
};

// Deliveries that ended without an attempt that said so.
struct Ended {
  std::int64_t expired = 0;     // past their event's expires_at
  std::int64_t superseded = 0;  // with `latest`: a newer one is there
  std::int64_t cancelled = 0;   // their webhook is inactive

  void count(std::optional<DeliveryState> state) {
    expired += state == DeliveryState::expired ? 1 : 0;
    superseded += state == DeliveryState::superseded ? 1 : 0;
    cancelled += state == DeliveryState::cancelled ? 1 : 0;
  }
  Ended& operator+=(const Ended& other) {
    expired += other.expired;
    superseded += other.superseded;
    cancelled += other.cancelled;
    return *this;
  }
};

struct TurnResult {
  std::vector<Claim> claims;
  std::vector<ClaimKey>
      lost;  // settlements that came too late: their lease had gone, nothing was written
  // What came of these the store refuses to write, whenever it is tried: their deliveries have
  // ended as failed.
  std::vector<Unrecorded> unrecorded;
  std::vector<Deactivated> deactivated;
  std::vector<Rejected> rejected;
  // The schema refused something of this turn, which was taken again with every part alone.
  bool one_by_one = false;
  std::vector<Mended> mended;
  Changed changed;              // since the turn before, and in this one
  std::int64_t dispatched = 0;  // events fanned out
  std::int64_t created = 0;     // deliveries made of them
  std::int64_t unmatched = 0;   // events that no active webhook subscribed to
  Ended ended;
  std::int64_t removed = 0;      // events past retention, with their deliveries and attempts
  std::int64_t reclaimed = 0;    // leases that had run out
  bool more = false;             // another turn has work right away, even if nobody is claimed
  std::optional<Time> next_due;  // when something becomes due at the latest known
};

// The worker's one door to the store.
class TurnStore {
 public:
  virtual ~TurnStore() = default;

  // One whole turn in one transaction: settle, reclaim lost leases, fan out, sweep, claim. When it
  // throws nothing has happened, and the same settlements can be given again.
  virtual TurnResult turn(const TurnRequest& request) = 0;

  // True when somebody else committed since the last turn() or changed(). Cheap: made to be polled.
  virtual bool changed() = 0;

  // Calls `wake` once, on any thread, as soon as changed() may have become true. Returns false, and
  // calls nothing, when it cannot tell just now: poll instead. An empty `wake` takes the wish back;
  // the one before is not called any more once this has returned.
  virtual bool wake_on_change(std::function<void()> wake) {
    static_cast<void>(wake);
    return false;
  }

  // Nothing has been to do for a while: frees what the store keeps only to be fast. False: not yet,
  // e.g. somebody else is using it; to be asked again.
  virtual bool rest() { return true; }

  // Gives back what `worker` had claimed before it died, to be attempted at once. Returns how many.
  virtual std::int64_t release_claims(const std::string& worker, Time now) = 0;
};

}  // namespace webhooks::store
