#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "common/base/random.h"
#include "common/http/admission.h"
#include "common/http/date_header.h"
#include "common/http/flusher.h"
#include "common/http/roster.h"
#include "common/http/server_config.h"
#include "common/http/stream_pool.h"

namespace webhooks::http {

struct Counters {
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> connections_refused{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> refusals{0};
  std::atomic<std::uint64_t> timeouts{0};
  std::atomic<std::int64_t> in_flight{0};
};

// What the connections of one server share. Outlives the server while an answer is still owed by
// another thread.
struct Core {
  Core(ServerConfig settings, Handler serve);

  const ServerConfig config;
  const Handler handler;
  SystemRandom random;
  Counters counters;
  DateHeader date;
  Admission admission;
  Roster roster;
  Flusher flusher;
  StreamPool streams;
  std::function<void()> on_tick = [] {};  // set before the flusher starts

  std::atomic<bool> draining{false};
  std::mutex drain_mutex;
  std::condition_variable
      drain_progress;  // told whenever a connection gets on with ending while draining
  void tell_drain();
};

}  // namespace webhooks::http
