#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace webhooks::api {

// A few threads for answers that take long (exports), so that they hold up no I/O thread.
// Thread-safe.
class SlowPool {
 public:
  SlowPool(std::size_t threads, std::size_t queue);
  ~SlowPool();  // as drain()

  // False: the queue is full, or drain() was called; the work was not taken. Work must not throw.
  [[nodiscard]] bool submit(std::function<void()> work);

  // Takes no more, ends what is queued, ends the threads. Once.
  void drain();

 private:
  void run();

  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> queue_;
  bool draining_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace webhooks::api
