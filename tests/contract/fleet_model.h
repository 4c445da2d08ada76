#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/contract/world.h"

namespace webhooks::store::test {

// Random operations on one store by two workers and a partner, beside a plain account of what they
// must come to. After each step the store is held to that account: see check(). The same seed takes
// the same steps.
class FleetModel {
 public:
  FleetModel(Backend& backend, unsigned seed);

  // One random operation, then every invariant.
  void step();
  // Everything is mended, answers 200 and waits no more: nothing may be left over.
  void finish();

 private:
  struct EventFacts {
    Event event;
    Time received_at;
    bool is_test = false;
    bool dispatched = false;
  };
  struct Known {  // a delivery
    std::int64_t attempts = 0;
    std::int64_t round_start = 0;
    std::int64_t losses = 0;  // of the round: attempts whose worker went away
    bool ordered = true;
    Time not_before;                              // of its next attempt
    std::optional<DeliveryState> end;             // delivered or failed: what settling came to
    bool came = false;                            // was delivered at least once
    bool may_be_cancelled = false;                // its webhook was inactive since it was queued
    bool requeued = false;                        // since the last check
    DeliveryState seen = DeliveryState::pending;  // at the last check
    std::int64_t sequence = 0;

    // It is sent again, by hand or by recovery.
    void begin_round(Time now) {
      requeued = true;
      end.reset();
      may_be_cancelled = false;
      round_start = attempts;
      losses = 0;
      not_before = now;
    }
  };
  struct Hook {
    WebhookId id;
    DeliveryOrder order{};
    std::vector<EventType> types;
    bool active = true;
    std::map<std::size_t, Known> deliveries;  // by the event's place in the outbox
  };
  struct Held {  // a claim that a worker believes to have
    Claim claim;
    std::size_t worker = 0;
  };
  struct Lease {
    std::int64_t token = 0;
    Time until;
    std::size_t worker = 0;
  };
  using Key = std::pair<std::string, std::size_t>;  // webhook, event

  std::size_t pick(std::size_t count) {
    return count == 0 ? 0 : std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }
  bool chance(double share) { return std::bernoulli_distribution(share)(random_); }
  Hook* some_hook();

  // Operations.
  void publish();
  void take_turn(std::size_t worker, bool mended = false);
  void lose_worker();
  void retry();
  void recover();
  void send_test();
  void switch_status();
  void switch_contract();
  void add_hook();
  void remove_hook();

  // What they come to.
  std::vector<Settlement> choose_settlements(std::size_t worker, bool mended);
  void apply(const std::vector<Settlement>& settled, const TurnResult& result);
  void apply_reclaimed(const TurnResult& result);
  void apply_fan_out();
  void apply_claims(std::size_t worker, const TurnResult& result);
  void lose(const Key& key);
  void set_active(Hook& hook, bool active);
  std::vector<std::size_t> missed(const Hook& hook, Time since, Time until) const;
  bool newer_is_alive(const Hook& hook, std::size_t event) const;

  // Invariants.
  void check();
  void check_hook(Hook& hook);
  void check_states(const Hook& hook, std::size_t event, const Known& before,
                    const Delivery& after) const;
  void check_lanes(const Hook& hook, const std::set<std::size_t>& unfinished) const;
  void check_superseded(const Hook& hook, std::size_t event, const Delivery& delivery) const;

  Hook* find(const WebhookId& id);
  std::size_t place_of(const EventId& id) const;
  const EventFacts& facts(std::size_t event) const { return events_.at(event); }
  bool same_lane_and_type(std::size_t a, std::size_t b) const;

  std::mt19937 random_;
  std::unique_ptr<Session> api_;
  std::vector<std::unique_ptr<Session>> workers_;
  Time now_ = kStart;
  bool contract_active_ = true;
  int hooks_made_ = 0;
  std::vector<EventFacts> events_;  // in the outbox's order
  std::map<std::string, std::size_t> places_;
  std::vector<Hook> hooks_;
  std::vector<Held> held_;
  std::map<Key, Lease> leases_;
  std::set<Key> just_claimed_;
  std::optional<Time> next_due_;
};

}  // namespace webhooks::store::test
