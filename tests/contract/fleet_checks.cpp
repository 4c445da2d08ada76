#include <algorithm>

#include "tests/contract/fleet_model.h"

// What must hold after every step, whatever it was.
namespace webhooks::store::test {
namespace {

bool is_unfinished(DeliveryState state) {
  return state == DeliveryState::pending || state == DeliveryState::sending;
}

}  // namespace

void FleetModel::check() {
  for (Hook& hook : hooks_) {
    INFO("webhook " << hook.id.value << ", " << to_string(hook.order));
    check_hook(hook);
  }
  just_claimed_.clear();
}

void FleetModel::check_hook(Hook& hook) {
  DeliveryQuery all;
  all.after_sequence = 0;
  all.limit = 100'000;
  const auto log = api_->deliveries().list(kPartner, hook.id, all).value().deliveries;
  REQUIRE(log.size() == hook.deliveries.size());
  std::int64_t sequence = 0;
  std::set<std::size_t> unfinished;
  for (const Delivery& delivery : log) {
    CHECK(delivery.sequence == ++sequence);
    const std::size_t event = place_of(delivery.event);
    REQUIRE(hook.deliveries.count(event) == 1);
    Known& known = hook.deliveries[event];
    INFO("delivery " << sequence << " of " << delivery.event.value << " about " << delivery.subject
                     << ", " << to_string(known.seen) << " → " << to_string(delivery.state));
    if (known.sequence != 0) CHECK(known.sequence == sequence);
    known.sequence = sequence;
    check_states(hook, event, known, delivery);
    known.seen = delivery.state;
    known.requeued = false;
    if (is_unfinished(delivery.state)) unfinished.insert(event);
  }
  check_lanes(hook, unfinished);
}

void FleetModel::check_states(const Hook& hook, std::size_t event, const Known& before,
                              const Delivery& after) const {
  CHECK(after.attempts_made == before.attempts);
  CHECK((after.state == DeliveryState::sending) == (leases_.count({hook.id.value, event}) != 0));
  CHECK(is_unfinished(after.state) == !after.finished_at.has_value());
  if (before.end) CHECK(after.state == *before.end);
  if (!is_unfinished(before.seen) && !before.requeued) CHECK(after.state == before.seen);
  switch (after.state) {
    case DeliveryState::pending:
      CHECK(hook.active);
      break;
    case DeliveryState::sending:
      break;
    case DeliveryState::delivered:
    case DeliveryState::failed:
      CHECK(before.end == after.state);
      break;
    case DeliveryState::expired:
      REQUIRE(facts(event).event.expires_at.has_value());
      CHECK(*facts(event).event.expires_at <= now_);
      break;
    case DeliveryState::superseded:
      if (before.seen != DeliveryState::superseded) check_superseded(hook, event, after);
      break;
    case DeliveryState::cancelled:
      CHECK(before.may_be_cancelled);
      break;
  }
}

void FleetModel::check_superseded(const Hook& hook, std::size_t event,
                                  const Delivery& delivery) const {
  CHECK(hook.order == DeliveryOrder::latest);
  for (const auto& [other, known] : hook.deliveries)
    if (other > event && same_lane_and_type(event, other) &&
        (known.sequence == 0 ||
         delivery.reason == "superseded by " + delivery_id(hook.id, known.sequence).value))
      return;
  FAIL("superseded by nothing newer: " << delivery.reason.value_or("no reason"));
}

// Of each lane at most one is on its way, and when it set out it stood first; with `latest` nothing
// newer of its type was there to be sent instead, or had been delivered before.
void FleetModel::check_lanes(const Hook& hook, const std::set<std::size_t>& unfinished) const {
  std::map<std::string, int> in_flight;
  for (const std::size_t event : unfinished) {
    const Key key{hook.id.value, event};
    if (!hook.deliveries.at(event).ordered || leases_.count(key) == 0) continue;
    CHECK(++in_flight[facts(event).event.subject] == 1);
    if (just_claimed_.count(key) == 0) continue;
    INFO("claimed " << facts(event).event.id.value);
    for (const std::size_t other : unfinished)
      if (other < event && hook.deliveries.at(other).ordered)
        CHECK(facts(other).event.subject != facts(event).event.subject);
    if (hook.order == DeliveryOrder::latest) CHECK_FALSE(newer_is_alive(hook, event));
  }
}

bool FleetModel::same_lane_and_type(std::size_t a, std::size_t b) const {
  return facts(a).event.subject == facts(b).event.subject &&
         facts(a).event.type == facts(b).event.type;
}

// A newer delivery of its type and subject has come, or is to come.
bool FleetModel::newer_is_alive(const Hook& hook, std::size_t event) const {
  for (const auto& [other, known] : hook.deliveries)
    if (other > event && known.ordered && same_lane_and_type(event, other) &&
        (is_unfinished(known.seen) || known.came))
      return true;
  return false;
}

// What a recovery must bring back: all that ended undelivered, with `latest` the newest of each
// type and subject.
std::vector<std::size_t> FleetModel::missed(const Hook& hook, Time since, Time until) const {
  std::vector<std::size_t> out;
  for (std::size_t event = 0; event < events_.size(); ++event) {
    const EventFacts& fact = events_[event];
    if (fact.is_test || !fact.dispatched || fact.received_at < since || fact.received_at >= until ||
        (fact.event.expires_at && *fact.event.expires_at <= now_) ||
        std::count(hook.types.begin(), hook.types.end(), fact.event.type) == 0)
      continue;
    const auto at = hook.deliveries.find(event);
    if (at != hook.deliveries.end() && at->second.seen != DeliveryState::failed &&
        at->second.seen != DeliveryState::cancelled && at->second.seen != DeliveryState::expired)
      continue;
    if (hook.order == DeliveryOrder::latest) {
      if (newer_is_alive(hook, event)) continue;
      std::erase_if(out, [&](std::size_t older) { return same_lane_and_type(older, event); });
    }
    out.push_back(event);
  }
  return out;
}

FleetModel::Hook* FleetModel::some_hook() {
  return hooks_.empty() ? nullptr : &hooks_[pick(hooks_.size())];
}

FleetModel::Hook* FleetModel::find(const WebhookId& id) {
  const auto at =
      std::find_if(hooks_.begin(), hooks_.end(), [&](const Hook& hook) { return hook.id == id; });
  return at == hooks_.end() ? nullptr : &*at;
}

std::size_t FleetModel::place_of(const EventId& id) const { return places_.at(id.value); }

}  // namespace webhooks::store::test
