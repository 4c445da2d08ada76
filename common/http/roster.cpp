#include "common/http/roster.h"

namespace webhooks::http {

void Roster::add(const std::shared_ptr<Connection>& connection, const IoEvents& events) {
  connections_.with([&](auto& all) { all.emplace(&events, connection); });
}

void Roster::remove(const IoEvents& events) {
  connections_.with([&](auto& all) { all.erase(&events); });
}

std::vector<std::shared_ptr<Connection>> Roster::all() { return expired(kNever); }

std::vector<std::shared_ptr<Connection>> Roster::expired(Steady now) {
  const auto limit = now.time_since_epoch().count();
  std::vector<std::shared_ptr<Connection>> found;
  connections_.with([&](auto& all) {
    for (const auto& [events, connection] : all) {
      if (events->deadline.load(std::memory_order_relaxed) > limit) continue;
      if (auto alive = connection.lock()) found.push_back(std::move(alive));
    }
  });
  return found;
}

}  // namespace webhooks::http
