#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "common/store/turn_store.h"
#include "worker/sender.h"

namespace webhooks::worker {

// Threads that each carry out one attempt at a time. All methods are thread-safe.
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

  int size() const { return static_cast<int>(threads_.size()); }

  // Hands over claims; what no thread is free for waits.
  void submit(std::vector<store::Claim> claims);

  // Takes back the claims that still wait.
  std::vector<store::Claim> withdraw();

  // What has finished since the last call, in the order of finishing.
  std::vector<store::Settlement> take_finished();

  // Waits until an attempt has finished that take_finished() has not given out, or wake() was
  // called, or the time is over.
  void wait(Millis longest);
  // As wait(), but for `enough` attempts, as long as claims still wait for a thread.
  void gather(Millis longest, std::size_t enough);
  void wake();

 private:
  void run(Sender& sender);
  bool has_enough() const { return finished_.size() >= enough_ || (gathering_ && work_.empty()); }

  const Attempt attempt_;
  std::mutex mutex_;
  std::condition_variable has_work_;
  std::condition_variable has_finished_;
  std::deque<store::Claim> work_;
  std::vector<store::Settlement> finished_;
  std::size_t enough_ = 1;  // finished ones that whoever waits wants to be woken for
  bool gathering_ = false;
  bool woken_ = false;
  bool stopping_ = false;
  std::vector<std::unique_ptr<Sender>> senders_;
  std::vector<std::thread> threads_;
};

}  // namespace webhooks::worker
