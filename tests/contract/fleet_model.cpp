#include "tests/contract/fleet_model.h"

#include <algorithm>

// The operations, and what each must come to. What must hold after each: fleet_checks.cpp.
namespace webhooks::store::test {
namespace {

const std::vector<std::string> kWorkers{"w1", "w2"};
const RetryPolicy kPolicy{{0ms, 1s, 5s}, 0.2};

}  // namespace

FleetModel::FleetModel(Backend& backend, unsigned seed) : random_(seed), api_(backend.connect()) {
  for (std::size_t i = 0; i < kWorkers.size(); ++i) workers_.push_back(backend.connect());
  api_->contracts().put({kContract, kPartner, "Acme Travel", true}, now_);
  for (int i = 0; i < 3; ++i) add_hook();
}

void FleetModel::step() {
  now_ += Millis(static_cast<std::int64_t>(pick(chance(0.1) ? 12'000 : 400)));
  const std::size_t dice = pick(100);
  if (dice < 25)
    publish();
  else if (dice < 70)
    take_turn(pick(kWorkers.size()));
  else if (dice < 75)
    lose_worker();
  else if (dice < 82)
    retry();
  else if (dice < 87)
    recover();
  else if (dice < 90)
    send_test();
  else if (dice < 95)
    switch_status();
  else if (dice < 97)
    switch_contract();
  else if (dice < 99)
    add_hook();
  else
    remove_hook();
  check();
}

void FleetModel::finish() {
  for (Hook& hook : hooks_) set_active(hook, true);
  contract_active_ = true;
  api_->contracts().put({kContract, kPartner, "Acme Travel", true}, now_);
  check();
  const auto is_left = [this] {
    for (const Hook& hook : hooks_)
      for (const auto& [event, known] : hook.deliveries)
        if (known.seen == DeliveryState::pending || known.seen == DeliveryState::sending)
          return true;
    return !std::all_of(events_.begin(), events_.end(),
                        [](const EventFacts& one) { return one.dispatched; });
  };
  for (int turns = 0; is_left(); ++turns) {
    INFO("turns after the end: " << turns);
    REQUIRE(turns < 2000);
    now_ = std::max(now_ + 1ms, std::min(next_due_.value_or(now_), now_ + 10min));
    take_turn(pick(kWorkers.size()), true);
    check();
  }
}

void FleetModel::publish() {
  const std::size_t count = 1 + pick(5);
  std::vector<Event> batch;
  for (std::size_t i = 0; i < count; ++i) {
    Event event{{"evt-" + std::to_string(events_.size())},
                chance(0.5) ? EventType::product_added : EventType::product_updated,
                kContract,
                "s" + std::to_string(pick(4)),
                now_,
                {},
                "{}"};
    if (chance(0.1)) event.expires_at = now_ + Millis(static_cast<std::int64_t>(pick(8'000)));
    places_[event.id.value] = events_.size();
    events_.push_back({event, now_});
    batch.push_back(event);
  }
  api_->events().append(batch, now_);
}

std::vector<Settlement> FleetModel::choose_settlements(std::size_t worker, bool mended) {
  std::vector<Settlement> chosen;
  std::vector<Held> kept;
  for (Held& held : held_) {
    if (held.worker != worker || (!mended && chance(0.4))) {
      kept.push_back(std::move(held));
      continue;
    }
    const std::size_t dice = mended ? 0 : pick(100);
    Settlement one;
    one.claim = std::move(held.claim);
    one.attempted = dice < 93;
    one.started_at = one.ended_at = now_;
    one.outcome.status_code = dice < 70 ? 200 : dice < 90 ? 500 : 410;
    one.outcome.duration = 5ms;
    one.verdict = judge(kPolicy, one.outcome, one.claim.round_attempt, now_, 0.5);
    chosen.push_back(std::move(one));
  }
  held_ = std::move(kept);
  return chosen;
}

void FleetModel::take_turn(std::size_t worker, bool mended) {
  TurnRequest request;
  request.now = now_;
  request.worker = kWorkers[worker];
  request.settled = choose_settlements(worker, mended);
  request.capacity = Capacity::of(static_cast<int>(mended ? 100 : pick(9)));
  if (!mended) request.capacity.unproven = (request.capacity.all + 1) / 2;
  request.lease = kLease;
  request.fan_out_limit = mended || chance(0.8) ? 256 : 2;
  request.check = [](const OutboxRow&) { return std::optional<std::string>(); };
  std::set<std::int64_t> probed;
  request.room = [&](std::int64_t webhook, const Health& health) {
    if (is_probing(health)) probed.insert(webhook);
    return is_probing(health) ? 1 : 4;
  };
  const TurnResult result = workers_[worker]->turns().turn(request);
  next_due_ = result.more ? std::optional(now_) : result.next_due;
  REQUIRE(static_cast<int>(result.claims.size()) <= request.capacity.all);
  apply(request.settled, result);
  apply_reclaimed(result);
  apply_fan_out();
  apply_claims(worker, result);
  for (const Claim& claim : result.claims) {
    if (probed.count(claim.key.webhook) == 0) continue;
    INFO("a probed webhook has one attempt in flight over all workers");
    CHECK(std::count_if(leases_.begin(), leases_.end(), [&](const auto& lease) {
            return lease.first.first == claim.webhook.value;
          }) == 1);
  }
}

void FleetModel::apply(const std::vector<Settlement>& settled, const TurnResult& result) {
  std::size_t lost = 0;
  std::size_t deactivated = 0;
  for (const Settlement& one : settled) {
    const Key key{one.claim.webhook.value, place_of(one.claim.event.id)};
    const auto lease = leases_.find(key);
    if (lease == leases_.end() || lease->second.token != one.claim.key.token) {
      if (find(one.claim.webhook)) ++lost;  // a deleted one's are nobody's any more
      continue;
    }
    leases_.erase(lease);
    Hook& hook = *find(one.claim.webhook);
    Known& known = hook.deliveries.at(key.second);
    known.not_before = now_;
    if (!one.attempted) continue;
    ++known.attempts;
    if (std::holds_alternative<Delivered>(one.verdict)) {
      known.end = DeliveryState::delivered;
      known.came = true;
    }
    if (const auto* const retry = std::get_if<RetryAt>(&one.verdict)) known.not_before = retry->due;
    if (const auto* const end = std::get_if<GaveUp>(&one.verdict)) {
      known.end = DeliveryState::failed;
      if (end->gone && hook.active) {
        ++deactivated;
        hook.active = false;
        for (auto& [event, other] : hook.deliveries) other.may_be_cancelled = true;
      }
    }
  }
  CHECK(result.lost.size() == lost);
  CHECK(result.deactivated.size() == deactivated);
}

void FleetModel::lose(const Key& key) {
  Known& known = find({key.first})->deliveries.at(key.second);
  ++known.attempts;
  const Verdict verdict = judge_lost(++known.losses, now_, 0.0);
  if (const auto* const again = std::get_if<RetryAt>(&verdict))
    known.not_before = again->due;
  else
    known.end = DeliveryState::failed;
  leases_.erase(key);
}

void FleetModel::apply_reclaimed(const TurnResult& result) {
  std::vector<Key> over;
  for (const auto& [key, lease] : leases_)
    if (lease.until <= now_) over.push_back(key);
  CHECK(result.reclaimed == static_cast<std::int64_t>(over.size()));
  for (const Key& key : over) lose(key);
}

// Every active subscriber of the moment has a delivery of each event that was dispatched, and
// nobody else has.
void FleetModel::apply_fan_out() {
  for (std::size_t place = 0; place < events_.size(); ++place) {
    EventFacts& fact = events_[place];
    if (fact.dispatched) continue;
    const EventReport report = api_->events().find(fact.event.id).value();
    if (report.status != EventStatus::dispatched) continue;
    fact.dispatched = true;
    std::int64_t matched = 0;
    for (Hook& hook : hooks_) {
      if (!hook.active || !contract_active_ ||
          std::count(hook.types.begin(), hook.types.end(), fact.event.type) == 0)
        continue;
      hook.deliveries[place].ordered = hook.order != DeliveryOrder::any;
      ++matched;
    }
    CHECK(report.matched == matched);
  }
}

void FleetModel::apply_claims(std::size_t worker, const TurnResult& result) {
  for (const Claim& claim : result.claims) {
    const std::size_t event = place_of(claim.event.id);
    INFO("claimed " << claim.event.id.value << " by " << claim.webhook.value);
    Hook* const hook = find(claim.webhook);
    REQUIRE(hook != nullptr);
    CHECK(hook->active);
    CHECK(contract_active_);
    REQUIRE(hook->deliveries.count(event) == 1);
    const Known& known = hook->deliveries[event];
    CHECK_FALSE(known.end.has_value());
    CHECK(claim.attempt == known.attempts + 1);
    CHECK(claim.round_attempt == known.attempts + 1 - known.round_start);
    CHECK(known.not_before <= now_);
    CHECK((!claim.event.expires_at || *claim.event.expires_at > now_));
    const Key key{claim.webhook.value, event};
    CHECK(leases_.count(key) == 0);
    leases_[key] = {claim.key.token, claim.lease_until, worker};
    just_claimed_.insert(key);
    held_.push_back({claim, worker});
  }
}

// It dies: it comes back under its name, or its leases run out; or it only hung, and goes on to
// settle what may be another's by now.
void FleetModel::lose_worker() {
  const std::size_t worker = pick(kWorkers.size());
  if (chance(0.6)) std::erase_if(held_, [&](const Held& held) { return held.worker == worker; });
  if (chance(0.3)) return;
  std::vector<Key> given_back;
  for (const auto& [key, lease] : leases_)
    if (lease.worker == worker) given_back.push_back(key);
  CHECK(workers_[worker]->turns().release_claims(kWorkers[worker], now_) ==
        static_cast<std::int64_t>(given_back.size()));
  for (const Key& key : given_back) lose(key);
}

void FleetModel::retry() {
  Hook* const hook = some_hook();
  if (!hook || hook->deliveries.empty()) return;
  auto at = hook->deliveries.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(pick(hook->deliveries.size())));
  Known& known = at->second;
  const RetryResult result =
      api_->deliveries().retry(kPartner, delivery_id(hook->id, known.sequence), now_);
  if (leases_.count({hook->id.value, at->first}) != 0) {
    CHECK(std::holds_alternative<InFlight>(result));
  } else if (!hook->active || !contract_active_) {
    CHECK(std::holds_alternative<WebhookInactive>(result));
  } else if (hook->order == DeliveryOrder::latest && known.ordered &&
             newer_is_alive(*hook, at->first)) {
    CHECK(std::holds_alternative<Superseded>(result));
  } else {
    REQUIRE(std::holds_alternative<Delivery>(result));
    known.begin_round(now_);
  }
}

void FleetModel::recover() {
  Hook* const hook = some_hook();
  if (!hook) return;
  const Time since = kStart + Millis(static_cast<std::int64_t>(
                                  pick(static_cast<std::size_t>((now_ - kStart).count()) + 1)));
  const Time until = chance(0.7) ? now_ + 1ms : since + 5s;
  const std::vector<std::size_t> expected = missed(*hook, since, until);
  std::int64_t again = 0;
  for (const std::size_t event : expected) again += hook->deliveries.count(event) != 0 ? 1 : 0;
  auto& deliveries = api_->deliveries();
  const auto counted = deliveries.count_missed(kPartner, hook->id, {since, until}, now_).value();
  CHECK(counted.requeued == again);
  CHECK(counted.created == static_cast<std::int64_t>(expected.size()) - again);
  const Missed found = deliveries.find_missed(kPartner, hook->id, {since, until}, now_).value();
  const RecoverResult result = deliveries.recover(kPartner, hook->id, found, now_);
  if (!hook->active || !contract_active_) {
    CHECK(std::holds_alternative<WebhookInactive>(result));
    return;
  }
  const auto done = std::get<Recovered>(result);
  CHECK(done.requeued == counted.requeued);
  CHECK(done.created == counted.created);
  CHECK(done.complete);
  for (const std::size_t event : expected) {
    const bool is_new = hook->deliveries.count(event) == 0;
    Known& known = hook->deliveries[event];
    if (is_new) known.ordered = hook->order != DeliveryOrder::any;
    known.begin_round(now_);
  }
}

void FleetModel::send_test() {
  Hook* const hook = some_hook();
  if (!hook) return;
  const Event event{{"evt-" + std::to_string(events_.size())},
                    EventType::product_added,
                    kContract,
                    "s0",
                    now_,
                    {},
                    "{}"};
  const TestResult result = api_->deliveries().test(kPartner, hook->id, event, now_);
  CHECK(std::holds_alternative<Delivery>(result) == (hook->active && contract_active_));
  if (!std::holds_alternative<Delivery>(result)) return;
  places_[event.id.value] = events_.size();
  hook->deliveries[events_.size()].ordered = false;
  events_.push_back({event, now_, true, true});
}

void FleetModel::set_active(Hook& hook, bool active) {
  if (hook.active == active) return;
  auto settings = api_->webhooks().find(kPartner, hook.id).value().settings;
  settings.status = active ? WebhookStatus::active : WebhookStatus::inactive;
  api_->webhooks().replace(kPartner, hook.id, settings, std::nullopt, now_);
  hook.active = active;
  for (auto& [event, known] : hook.deliveries) known.may_be_cancelled = true;
}

void FleetModel::switch_status() {
  if (Hook* const hook = some_hook()) set_active(*hook, !hook->active);
}

void FleetModel::switch_contract() {
  contract_active_ = !contract_active_;
  api_->contracts().put({kContract, kPartner, "Acme Travel", contract_active_}, now_);
}

void FleetModel::add_hook() {
  if (hooks_.size() >= 5) return;
  const std::string serial = std::to_string(++hooks_made_);
  Hook hook;
  hook.id = {"wh_" + std::string(26 - serial.size(), '0') + serial};
  hook.order = std::array{DeliveryOrder::by_subject, DeliveryOrder::latest,
                          DeliveryOrder::any}[static_cast<std::size_t>(hooks_made_) % 3];
  hook.types = {EventType::product_added};
  if (chance(0.7)) hook.types.push_back(EventType::product_updated);
  api_->webhooks().create({hook.id,
                           kPartner,
                           {kContract, "https://hooks.example/" + serial, hook.types,
                            WebhookStatus::active, hook.order, ""},
                           std::string(32, 's'),
                           now_});
  hooks_.push_back(std::move(hook));
}

void FleetModel::remove_hook() {
  if (hooks_.empty()) return;
  const std::size_t at = pick(hooks_.size());
  const std::string id = hooks_[at].id.value;
  api_->webhooks().remove(kPartner, hooks_[at].id, std::nullopt);
  std::erase_if(leases_, [&](const auto& lease) { return lease.first.first == id; });
  hooks_.erase(hooks_.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace webhooks::store::test
