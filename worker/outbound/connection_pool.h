#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/guarded.h"
#include "worker/outbound/connection.h"

namespace webhooks::worker {

struct PoolLimits {
  // What idle connections may weigh together, over all senders: a plain one 1 and one with TLS,
  // which takes more memory, 4.
  std::size_t idle = 12'000;
  std::size_t descriptors = 12'000;  // that idle connections may hold
  // To be as many as there are senders: what a burst opened, the next one uses.
  std::size_t idle_per_key = 64;
  Millis idle_age{
      20'000};  // many servers close at 60 s, some at 5: what they closed is noticed before reuse
  Millis total_age{300'000};  // then the name is resolved and the certificate checked anew
};

// Idle connections, reused only between sends of one key, which is an origin and a partner: never
// between partners, but between all webhooks of one at an origin (with a connection for each of
// 10,000 webhooks half of the senders' time went into opening them). Shared by all senders, since
// per thread they would need a connection for every pair of thread and key.
// Thread-safe.
class ConnectionPool {
 public:
  explicit ConnectionPool(const PoolLimits& limits) : limits_(limits) {}

  // The connection of `key` that was used last and is still quiet; null when there is none.
  std::unique_ptr<Connection> take(const std::string& key);

  // Keeps a connection whose answer was read whole. The oldest of the key, then of all, makes room.
  void put(std::unique_ptr<Connection> connection);

  // Closes what is over its age. take() and put() do a part of it; call this now and then while
  // idle.
  void sweep();

  std::size_t size();

 private:
  using Entries = std::list<std::unique_ptr<Connection>>;
  struct State {
    Entries newest_first;
    std::size_t weight = 0;
    std::unordered_map<std::string, std::list<Entries::iterator>> by_key;  // newest first
  };
  // Moves an entry, the newest or the oldest of its key, out of the state into `out`, to be closed
  // outside of the lock.
  static void unlink(State& state, Entries::iterator entry, Entries& out);
  void drop_aged(State& state, Entries& out) const;

  const PoolLimits limits_;
  Guarded<State> state_;
};

}  // namespace webhooks::worker
