#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "common/base/clock.h"
#include "common/base/guarded.h"
#include "common/domain/limits.h"
#include "common/store/turn_store.h"
#include "worker/sender_pool.h"

namespace webhooks::worker {

struct TurnPolicy {
  std::string worker;                            // who claims; the same again after a restart
  Millis lease = std::chrono::seconds(30);       // outlives an attempt's deadline
  Millis poll = std::chrono::milliseconds(5);    // how often to look whether the database changed,
  Millis look_anyway = std::chrono::seconds(1);  // and where the store tells when it does
  Millis disable_after = limits::kGiveUpAfter;   // of nothing but failures
  Millis first_wait{};                           // before a delivery's first attempt
  Millis drain_timeout = std::chrono::seconds(20);  // for the attempts in flight when asked to stop
  std::function<std::optional<std::string>(const store::OutboxRow&)> check;
  // Makes the attempts under way end soon; called once, when the drain timeout has passed.
  std::function<void()> abandon = [] {};
  // About once a second, on the loop's thread.
  std::function<void(const SenderPool::Load&)> watch = [](const SenderPool::Load&) {};
  std::function<void()> housekeeping = [] {};  // about once a second, on the loop's thread
};

// What the loop tells about itself after each turn; called on its thread.
struct TurnReport {
  const store::TurnResult& result;
  int in_flight = 0;  // after the turn
  Millis took{0};
};
using TurnProbe = std::function<void(const TurnReport&)>;

// The one loop that owns all of the worker's writes.
class TurnLoop {
 public:
  TurnLoop(
      store::TurnStore& store, SenderPool& pool, const Clock& clock, TurnPolicy policy,
      TurnProbe probe = [](const TurnReport&) {});

  // Takes turns until `stop`; then settles what is in flight, at most until the drain timeout, and
  // gives the rest back. A failing store is reported, waited for and tried again: nothing that
  // finished meanwhile is forgotten.
  void run(const std::stop_token& stop);

  // What the store's last failure was, until a turn succeeds. Any thread.
  std::optional<std::string> failure() const {
    return failure_.with([](const auto& failure) { return failure; });
  }

 private:
  void take(store::Settlement settlement);
  bool is_quiet() const { return settled_.empty() && pool_.unsettled() == 0; }
  void note_failure(const std::string& why) {
    failure_.with([&](auto& failure) { failure = why; });
  }
  void gather();
  void collect();
  bool take_turn(store::Capacity capacity);
  void drain();
  void report(const store::TurnResult& result) const;
  void rest();
  Millis until_next_due();
  Time now();
  void keep_house();

  store::TurnStore& store_;
  SenderPool& pool_;
  const Clock& clock_;
  const TurnPolicy policy_;
  const TurnProbe probe_;
  std::vector<store::Settlement> settled_;  // finished, not yet written
  Time latest_;
  std::optional<Time> next_due_;
  std::size_t last_settled_ = 0;  // by the last turn
  bool more_ = true;
  bool rested_ = true;
  std::chrono::steady_clock::time_point last_turn_{};
  std::chrono::steady_clock::time_point next_housekeeping_{};
  mutable Guarded<std::optional<std::string>> failure_;
};

}  // namespace webhooks::worker
