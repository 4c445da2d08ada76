#include "worker/outbound/address_cache.h"

#include <utility>

namespace webhooks::worker {

std::optional<std::vector<IpAddress>> AddressCache::find(const std::string& host, Instant now) {
  return state_.with([&](State& state) -> std::optional<std::vector<IpAddress>> {
    const auto found = state.by_host.find(host);
    if (found == state.by_host.end()) return std::nullopt;
    if (found->second->expires > now) return found->second->addresses;
    state.newest_first.erase(found->second);
    state.by_host.erase(found);
    return std::nullopt;
  });
}

void AddressCache::store(const std::string& host, std::vector<IpAddress> addresses,
                         Instant expires) {
  if (capacity_ == 0) return;
  state_.with([&](State& state) {
    if (const auto found = state.by_host.find(host); found != state.by_host.end()) {
      state.newest_first.erase(found->second);
      state.by_host.erase(found);
    } else if (state.newest_first.size() >= capacity_) {
      state.by_host.erase(state.newest_first.back().host);
      state.newest_first.pop_back();
    }
    state.newest_first.push_front({host, std::move(addresses), expires});
    state.by_host.emplace(host, state.newest_first.begin());
  });
}

}  // namespace webhooks::worker
