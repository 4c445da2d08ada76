#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "common/store/turn_store.h"
#include "worker/sender.h"
#include "worker/traffic.h"

namespace webhooks::worker {

// Threads that each carry out one attempt at a time, in the order that Traffic decides. All methods
// are thread-safe.
class SenderPool {
 public:
  // Runs on a sender thread; must not throw.
  using Attempt = std::function<store::Settlement(Sender&, store::Claim)>;

  // Makes `threads` threads, each with a Sender of its own.
  SenderPool(int threads, const std::function<std::unique_ptr<Sender>()>& make_sender,
             Attempt attempt);
  SenderPool(const SenderPool&) = delete;
  SenderPool& operator=(const SenderPool&) = delete;
  // Waits for the attempts in flight; they end by their own deadlines.
  ~SenderPool();

  // Hands over claims; what may not begin yet waits.
  void submit(std::vector<store::Claim> claims);

  // Takes back the claims of what has changed that still wait: take_finished() gives them out as
  // not attempted.
  void withdraw(const store::Changed& changed);

  // More settle for hardly less each, and a short turn leaves the senders enough to go on with.
  static constexpr std::size_t kWorthATurn = 256;

  // What has finished since the last call, in the order of finishing: the work of one turn. Claims
  // that a webhook's failures keep from being begun are among them, as not attempted.
  std::vector<store::Settlement> take_finished();

  // See Traffic.
  store::Capacity capacity() const;
  int room(std::int64_t webhook, const Health& health) const;
  store::Held held(std::int64_t partner) const;
  // Whether take_finished() has still to give out that delivery's settlement.
  bool holds(std::int64_t webhook, std::int64_t event) const;
  // Claims whose settlements take_finished() has not given out yet.
  int unsettled() const;
  // Claims that wait or are under way.
  int in_flight() const;
  int size() const { return static_cast<int>(threads_.size()); }
  struct Load {
    int windows = 0;
    int window_slots = 0;
  };
  Load load() const;  // goes through all windows: not for every turn

  // Waits until an attempt has finished that take_finished() has not given out, or wake() was
  // called, or the time is over.
  void wait(Millis longest);
  // As wait(), but for as many as are worth a turn (more than half of unsettled() where that is
  // less), and only as long as claims wait for a sender.
  void gather(Millis longest);
  void wake();

 private:
  void run(Sender& sender);
  void give_back(std::vector<store::Claim> claims);
  bool wants_sender() const { return resting_ > 0 && traffic_.has_next(); }
  bool is_dry() const { return gathering_ && traffic_.waiting() == 0; }
  bool has_enough() const { return finished_.size() >= enough_ || is_dry(); }

  const Attempt attempt_;
  mutable std::mutex mutex_;
  std::condition_variable has_work_;
  std::condition_variable has_finished_;
  Traffic traffic_;
  std::vector<store::Settlement> finished_;
  std::size_t enough_ = 1;  // finished ones that whoever waits wants to be woken for
  int resting_ = 0;         // senders that wait for work
  bool gathering_ = false;
  bool woken_ = false;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Sender>> senders_;
  std::vector<std::thread> threads_;
};

}  // namespace webhooks::worker
