#include "worker/traffic.h"

#include <catch2/catch.hpp>

#include "tests/unit/worker/fakes.h"

using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;

namespace {

store::Settlement settled(const store::Claim& claim, int status) {
  return {claim, true, kNow, kNow, answered(status), Delivered{}};
}

}  // namespace

TEST_CASE("webhooks that are not proven hold at most half of the senders") {
  Traffic traffic(8);
  CHECK(traffic.room_for_unproven() == 4);
  for (int i = 0; i < 4; ++i) traffic.started(claim(i, i, false));
  CHECK(traffic.room_for_unproven() == 0);
  CHECK(traffic.room_for_all() == 8 * Traffic::kDepth - 4);
  for (int i = 0; i < 3; ++i) traffic.started(claim(10 + i, i, true));
  traffic.finished(settled(claim(0, 0, false), 200));
  CHECK(traffic.room_for_unproven() == 1);
  CHECK(traffic.in_flight() == 6);
}

TEST_CASE("with one sender everybody may use it") { CHECK(Traffic(1).room_for_unproven() == 1); }

TEST_CASE("a window opens with success and closes with overload") {
  Traffic traffic(64);
  const Health healthy{0, {}, {}, true};
  CHECK(traffic.room(1, healthy) == Window::kInitial);
  for (int i = 0; i < 10; ++i) {
    traffic.started(claim(1, i));
    traffic.finished(settled(claim(1, i), 200));
  }
  CHECK(traffic.room(1, healthy) == Window::kInitial + 10);
  traffic.started(claim(1, 1));
  CHECK(traffic.room(1, healthy) == Window::kInitial + 9);
  traffic.finished(settled(claim(1, 1), 503));
  CHECK(traffic.room(1, healthy) == (Window::kInitial + 10) / 2);
  CHECK(traffic.room(2, healthy) == Window::kInitial);
}

TEST_CASE("a webhook that is not proven has room for one") {
  Traffic traffic(64);
  CHECK(traffic.room(1, Health{}) == 1);
  const Health failing{kProbeAfter, kNow, kNow, false};
  CHECK(traffic.room(1, failing) == 1);
  traffic.started(claim(1, 1, false));
  CHECK(traffic.room(1, failing) == 0);
}
