#include "worker/outbound/connection_pool.h"

#include <algorithm>

namespace webhooks::worker {

void ConnectionPool::unlink(State& state, Entries::iterator entry, Entries& out) {
  const auto found = state.by_key.find((*entry)->key());
  if (found->second.front() == entry)
    found->second.pop_front();
  else
    found->second.pop_back();
  if (found->second.empty()) state.by_key.erase(found);
  state.weight -= (*entry)->idle_weight();
  out.splice(out.end(), state.newest_first, entry);
}

void ConnectionPool::drop_aged(State& state, Entries& out) const {
  const auto now = std::chrono::steady_clock::now();
  while (!state.newest_first.empty()) {
    const auto last = std::prev(state.newest_first.end());
    if (now - (*last)->idle_since < limits_.idle_age) break;
    unlink(state, last, out);
  }
}

std::unique_ptr<Connection> ConnectionPool::take(const std::string& key) {
  for (;;) {
    Entries dropped;
    Entries taken;
    state_.with([&](State& state) {
      drop_aged(state, dropped);
      const auto found = state.by_key.find(key);
      if (found != state.by_key.end()) unlink(state, found->second.front(), taken);
    });
    if (taken.empty()) return nullptr;
    std::unique_ptr<Connection> connection = std::move(taken.front());
    const bool young = std::chrono::steady_clock::now() - connection->opened < limits_.total_age;
    if (young && connection->quiet()) return connection;
  }
}

void ConnectionPool::put(std::unique_ptr<Connection> connection) {
  Entries dropped;
  connection->idle_since = std::chrono::steady_clock::now();
  state_.with([&](State& state) {
    drop_aged(state, dropped);
    state.weight += connection->idle_weight();
    state.newest_first.push_front(std::move(connection));
    auto& of_key = state.by_key[state.newest_first.front()->key()];
    of_key.push_front(state.newest_first.begin());
    if (of_key.size() > limits_.idle_per_key) unlink(state, of_key.back(), dropped);
    while (state.weight > limits_.idle || state.newest_first.size() > limits_.descriptors)
      unlink(state, std::prev(state.newest_first.end()), dropped);
  });
}

void ConnectionPool::sweep() {
  Entries dropped;
  state_.with([&](State& state) { drop_aged(state, dropped); });
}

std::size_t ConnectionPool::size() {
  return state_.with([](State& state) { return state.newest_first.size(); });
}

}  // namespace webhooks::worker
