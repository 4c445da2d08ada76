#pragma once

#include <atomic>
#include <chrono>
#include <limits>

namespace webhooks::http {

using Steady = std::chrono::steady_clock::time_point;

constexpr Steady kNever = Steady::max();

// What the edge's own threads tell a connection. Each is called without any lock of the caller.
class IoEvents {
 public:
  virtual ~IoEvents() = default;

  virtual void on_writable() = 0;  // the flusher: the socket takes bytes again, or is broken
  virtual void on_resume() = 0;    // the flusher: go on with what the client sent ahead
  virtual void
  on_source_wanted() = 0;  // a stream thread: ask the reply's source for more; may block
  virtual void on_deadline(Steady now) = 0;  // the flusher: the published deadline may have passed

  // Read by the flusher's sweep without the connection's lock, so that a tick over 10,000
  // connections costs 10,000 loads and no lock.
  std::atomic<Steady::rep> deadline{kNever.time_since_epoch().count()};
};

}  // namespace webhooks::http
