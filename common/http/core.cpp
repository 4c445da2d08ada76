#include "common/http/core.h"

#include <algorithm>

#include "common/http/connection.h"

namespace webhooks::http {
namespace {

// Timeouts are late by at most a tick. Tests use short timeouts and get short ticks.
Flusher::Duration tick_interval(const Timeouts& timeouts) {
  const auto shortest = std::min({timeouts.header, timeouts.idle, timeouts.grace, timeouts.linger});
  return std::clamp(shortest / 8, Flusher::Duration{5}, Flusher::Duration{250});
}

}  // namespace

Core::Core(ServerConfig settings, Handler serve)
    : config(std::move(settings)),
      handler(std::move(serve)),
      date(config.clock),
      admission(config.limits.connections, config.limits.connections_per_address),
      flusher(tick_interval(config.timeouts),
              [this](Steady now) {
                on_tick();
                for (const auto& connection : roster.expired(now)) connection->on_deadline(now);
              }),
      streams(config.stream_threads) {}

void Core::tell_drain() {
  if (!draining) return;
  { const std::lock_guard lock(drain_mutex); }
  drain_progress.notify_all();
}

}  // namespace webhooks::http
