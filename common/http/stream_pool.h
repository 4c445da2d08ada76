#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "common/http/io_events.h"

namespace webhooks::http {

// The threads on which the sources of streamed replies run, because a source may block (a file, a
// database) and an I/O thread must not. A stream whose client reads slowly waits in no queue here
// and holds no thread.
class StreamPool {
 public:
  explicit StreamPool(int threads) : count_(threads) {}
  ~StreamPool() { stop(); }

  void start();

  // Waits for the pieces being made now. Idempotent; later pushes do nothing.
  void stop();

  // One on_source_wanted(), behind those that asked before. Thread-safe.
  void push(std::shared_ptr<IoEvents> events);

 private:
  void run();

  const int count_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<std::shared_ptr<IoEvents>> queue_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace webhooks::http
