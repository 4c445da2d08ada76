#pragma once

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "api/wire/route.h"

namespace webhooks::api {

struct CommitterOptions {
  std::size_t queue = 4096;  // writes that may wait; more are answered 503
  std::size_t group = 256;   // writes that share one commit, at most
};

// What happened, for metrics and tests. Called on the committer's threads, never two at once.
struct CommitterProbe {
  std::function<void(std::size_t units, std::chrono::nanoseconds took)> committed =
      [](std::size_t, std::chrono::nanoseconds) {};
};

// Group commit: one session writes, and nobody but the committer. While one commit is on its way to
// disk, writes pile up, and the next commit takes them all. An answer is sent only after its own
// commit.
class Committer {
 public:
  using Connect = std::function<std::unique_ptr<store::Session>()>;

  // `connect`: makes the session, at once and again after a failure of the store; may throw
  // StoreError.
  explicit Committer(Connect connect, CommitterOptions options = {}, CommitterProbe probe = {});
  ~Committer();  // as drain()

  // Queues the unit; the responder is answered once it is on disk, or has failed. Never blocks.
  // When the queue is full or drain() was called it answers 503 at once. Thread-safe.
  void submit(WriteUnit unit, http::Responder responder);

  // As submit, for writes that nobody waits for; dropped when the queue is full.
  void submit(std::function<void(store::Session&)> unit);

  // Takes no more, commits and answers what is queued, and ends the threads. Once.
  void drain();

  std::size_t waiting() const;  // queued units right now

 private:
  struct Job {
    WriteUnit unit;
    std::shared_ptr<http::Responder> responder;  // null: nobody waits
  };

  bool enqueue(Job job);
  void run();
  std::vector<Job> take();  // waits for some; none: it is over
  std::vector<http::Reply> commit(std::vector<Job>& jobs);

  const Connect connect_;
  const CommitterOptions options_;
  const CommitterProbe probe_;
  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<Job> queue_;
  bool draining_ = false;
  std::mutex writing_;                       // held from taking a group until it is on disk
  std::unique_ptr<store::Session> session_;  // under writing_
  std::array<std::thread, 2> threads_;
};

}  // namespace webhooks::api
