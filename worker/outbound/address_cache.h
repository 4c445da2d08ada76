#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/guarded.h"
#include "common/base/time.h"
#include "common/domain/ip_address.h"

namespace webhooks::worker {

// Addresses by name until they expire; the least recently stored falls out. Thread-safe.
class AddressCache {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  explicit AddressCache(std::size_t capacity) : capacity_(capacity) {}

  std::optional<std::vector<IpAddress>> find(const std::string& host, Instant now);
  void store(const std::string& host, std::vector<IpAddress> addresses, Instant expires);

 private:
  struct Entry {
    std::string host;
    std::vector<IpAddress> addresses;
    Instant expires;
  };
  struct State {
    std::list<Entry> newest_first;
    std::unordered_map<std::string, std::list<Entry>::iterator> by_host;
  };
  const std::size_t capacity_;
  Guarded<State> state_;
};

}  // namespace webhooks::worker
