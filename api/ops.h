#pragma once

#include <atomic>
#include <functional>

#include "api/committer.h"
#include "api/metrics.h"
#include "api/sessions.h"
#include "common/base/clock.h"
#include "common/http/message.h"

namespace webhooks::api {

// What operators ask, on a port of its own: /healthz (the process answers), /readyz (it can serve:
// the database can be read and it is not about to stop) and /metrics. Thread-safe; what it refers
// to must outlive it.
class Ops {
 public:
  Ops(Sessions& sessions, const Committer& committer, Metrics& metrics, const Clock& clock)
      : sessions_(sessions), committer_(committer), metrics_(metrics), clock_(clock) {}

  void handle(const http::Request& request, http::Responder responder);

  // From now on /readyz says no, so that a balancer sends nobody here.
  void stopping() { stopping_ = true; }

 private:
  http::Reply answer(const http::Request& request);
  http::Reply ready();

  Sessions& sessions_;
  const Committer& committer_;
  Metrics& metrics_;
  const Clock& clock_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace webhooks::api
