#pragma once

#include <algorithm>
#include <memory>
#include <unordered_map>
#include <vector>

#include "common/base/guarded.h"
#include "common/http/io_events.h"

namespace webhooks::http {

class Connection;

// Every open connection. Thread-safe.
class Roster {
 public:
  void add(const std::shared_ptr<Connection>& connection, const IoEvents& events);

  // Called by the connection's destructor.
  void remove(const IoEvents& events);

  std::vector<std::shared_ptr<Connection>> all();
  std::vector<std::shared_ptr<Connection>> expired(Steady now);

 private:
  // The key is alive while it is in here: its destructor takes it out, under the same lock.
  Guarded<std::unordered_map<const IoEvents*, std::weak_ptr<Connection>>> connections_;
};

}  // namespace webhooks::http
