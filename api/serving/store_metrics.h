#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "api/serving/sessions.h"
#include "common/base/clock.h"

namespace webhooks::api {

// What the store holds, as Prometheus reads it. Counting costs more the more is unfinished, so it
// is done at most every ten seconds, and at most a twentieth of the time: between, scrapes get the
// last count. Thread-safe; what it refers to must outlive it.
class StoreMetrics {
 public:
  StoreMetrics(Sessions& sessions, const Clock& clock) : sessions_(sessions), clock_(clock) {}

  // The text format 0.0.4. While the store cannot be read it says only that.
  std::string text();

 private:
  std::string count();

  Sessions& sessions_;
  const Clock& clock_;
  std::mutex mutex_;
  std::string text_;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace webhooks::api
