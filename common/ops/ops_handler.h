#pragma once

#include <functional>
#include <optional>
#include <string>

#include "common/http/message.h"

namespace webhooks::ops {

// What a process tells at its ops port. Called from the ops server's threads.
struct Probes {
  // Why the process cannot do its work right now, in one sentence; nullopt: it can.
  std::function<std::optional<std::string>()> not_ready;
  // What it counts, in Prometheus' text format 0.0.4.
  std::function<std::string()> metrics;
};

// GET /healthz: 200 while the process lives. GET /readyz: 200, or 503 with why not. GET /metrics:
// Prometheus' text format 0.0.4. Anything else is 404. Never to be exposed to the internet: it asks
// for no key.
http::Handler make_ops_handler(Probes probes);

}  // namespace webhooks::ops
