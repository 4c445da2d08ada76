#pragma once

#include <string>
#include <unordered_map>

#include "common/base/guarded.h"
#include "common/base/time.h"

namespace webhooks::api {

// Decides when a key's use is worth a write: once a minute. Thread-safe.
class KeyUsage {
 public:
  // True when the use at `now` should be noted in the store.
  bool is_due(const std::string& key, Time now) {
    return noted_.with([&](auto& noted) {
      if (noted.size() > kMostKeys) noted.clear();
      Time& last = noted[key];
      if (now - last < kInterval) return false;
      last = now;
      return true;
    });
  }

 private:
  static constexpr Millis kInterval = std::chrono::minutes(1);
  static constexpr std::size_t kMostKeys = 100'000;
  Guarded<std::unordered_map<std::string, Time>> noted_;
};

}  // namespace webhooks::api
