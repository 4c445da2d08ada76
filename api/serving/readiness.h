#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "api/serving/sessions.h"
#include "common/base/clock.h"

namespace webhooks::api {

// Whether the API can serve: the database can be read, and the process is not about to stop.
// Thread-safe; what it refers to must outlive it.
class Readiness {
 public:
  Readiness(Sessions& sessions, const Clock& clock) : sessions_(sessions), clock_(clock) {}

  // Why not, in one sentence; nullopt: it can.
  std::optional<std::string> why_not();

  // From now on it cannot, so that a balancer sends nobody here.
  void stopping() { stopping_ = true; }

 private:
  Sessions& sessions_;
  const Clock& clock_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace webhooks::api
