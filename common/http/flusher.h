#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "common/base/guarded.h"
#include "common/base/unique_fd.h"
#include "common/http/io_events.h"

namespace webhooks::http {

// One thread with an epoll of its own: it writes what a socket did not take at once, goes on with
// pipelined requests after an answer from another thread, and ticks. A client that reads slowly
// holds up nobody but itself.
class Flusher {
 public:
  using Duration = std::chrono::milliseconds;

  // `tick(now)` runs on the thread every `interval`. Throws std::system_error.
  Flusher(Duration interval, std::function<void(Steady)> tick);
  ~Flusher();

  void start();

  // Ends the thread and forgets what it watched. Idempotent; later calls of the others do nothing.
  void stop();

  // One on_writable() as soon as `socket` takes bytes or breaks. `socket` must stay open while
  // `events` lives. Returns a key for forget(); 0: it cannot be watched (descriptor limits), and no
  // call will come. Thread-safe.
  std::uint64_t watch(std::shared_ptr<IoEvents> events, int socket);

  // Lets go of what watch() holds, for a socket that may never again take bytes. Thread-safe; a
  // call may be on its way.
  void forget(std::uint64_t key) { unwatch(key); }

  // One on_resume(), soon. Thread-safe.
  void post(std::shared_ptr<IoEvents> events);

 private:
  struct Watched {
    std::shared_ptr<IoEvents> events;
    int socket;
  };
  struct Shared {
    std::uint64_t last_key = 0;  // 0 is the wake-up descriptor
    std::unordered_map<std::uint64_t, Watched> watched;
    std::vector<std::shared_ptr<IoEvents>> posted;
    bool stopped = false;
  };

  void run();
  void wake();
  std::shared_ptr<IoEvents> unwatch(std::uint64_t key);

  const Duration interval_;
  const std::function<void(Steady)> tick_;
  UniqueFd epoll_;
  UniqueFd wake_;
  Guarded<Shared> shared_;
  std::thread thread_;
};

}  // namespace webhooks::http
