#pragma once

#include <map>

#include "tests/unit/worker/fakes.h"
#include "worker/traffic.h"

// What stories about Traffic need.
namespace webhooks::worker::test {

inline const Health kHealthy{0, {}, {}, true};

inline store::Settlement settled(store::Claim claim, int status) {
  return {std::move(claim), true, kNow, kNow, answered(status), Delivered{}};
}

inline store::Claim claim_of(std::int64_t partner, std::int64_t webhook, bool proven) {
  store::Claim one = claim(webhook, 1, proven);
  one.partner = partner;
  return one;
}

// Begins whatever may begin; how many that were of each webhook.
inline std::map<std::int64_t, int> begin_all(Traffic& traffic) {
  std::map<std::int64_t, int> begun;
  while (const auto claim = traffic.next()) ++begun[claim->key.webhook];
  return begun;
}

// As if so many attempts had gone well, one after the other: the window has opened.
inline void warm_up(Traffic& traffic, std::int64_t webhook, int attempts = 100) {
  for (int i = 0; i < attempts; ++i) {
    traffic.add(claim(webhook, i));
    traffic.finished(settled(traffic.next().value(), 200));
  }
}

inline void add(Traffic& traffic, std::int64_t webhook, int count) {
  for (int i = 0; i < count; ++i) traffic.add(claim(webhook, i));
}

// Turns in which nothing ends.
inline void idle(Traffic& traffic) {
  for (int i = 0; i < 30; ++i) traffic.begin_turn();
}

}  // namespace webhooks::worker::test
