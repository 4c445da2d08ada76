#include "worker/sender_pool.h"

#include <algorithm>
#include <utility>

namespace webhooks::worker {

SenderPool::SenderPool(int threads, const std::function<std::unique_ptr<Sender>()>& make_sender,
                       Attempt attempt)
    : attempt_(std::move(attempt)), traffic_(threads) {
  for (int i = 0; i < threads; ++i) senders_.push_back(make_sender());
  for (const auto& sender : senders_)
    threads_.emplace_back([this, &sender = *sender] { run(sender); });
}

SenderPool::~SenderPool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  has_work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void SenderPool::submit(std::vector<store::Claim> claims) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    for (store::Claim& claim : claims) traffic_.add(std::move(claim));
    wake = wants_sender();
  }
  if (wake) has_work_.notify_one();
}

void SenderPool::withdraw(const store::Changed& changed) {
  {
    const std::lock_guard lock(mutex_);
    if (changed.all) give_back(traffic_.withdraw());
    for (const std::int64_t webhook : changed.webhooks) give_back(traffic_.withdraw(webhook));
  }
  has_finished_.notify_one();
}

void SenderPool::give_back(std::vector<store::Claim> claims) {
  for (store::Claim& claim : claims) {
    store::Settlement untouched;
    untouched.claim = std::move(claim);
    untouched.attempted = false;
    finished_.push_back(std::move(untouched));
  }
}

std::vector<store::Settlement> SenderPool::take_finished() {
  const std::lock_guard lock(mutex_);
  if (!finished_.empty()) traffic_.begin_turn();
  return std::exchange(finished_, {});
}

store::Capacity SenderPool::capacity() const {
  const std::lock_guard lock(mutex_);
  return traffic_.capacity();
}

int SenderPool::room(std::int64_t webhook, const Health& health) const {
  const std::lock_guard lock(mutex_);
  return traffic_.room(webhook, health);
}

store::Held SenderPool::held(std::int64_t partner) const {
  const std::lock_guard lock(mutex_);
  return traffic_.held(partner);
}

bool SenderPool::holds(std::int64_t webhook, std::int64_t event) const {
  const std::lock_guard lock(mutex_);
  const auto is_it = [&](const store::Settlement& one) {
    return one.claim.key.webhook == webhook && one.claim.key.event == event;
  };
  return traffic_.holds(webhook, event) || std::any_of(finished_.begin(), finished_.end(), is_it);
}

int SenderPool::unsettled() const {
  const std::lock_guard lock(mutex_);
  return traffic_.in_flight() + static_cast<int>(finished_.size());
}

int SenderPool::in_flight() const {
  const std::lock_guard lock(mutex_);
  return traffic_.in_flight();
}

SenderPool::Load SenderPool::load() const {
  const std::lock_guard lock(mutex_);
  return {traffic_.windows(), traffic_.window_slots()};
}

void SenderPool::wait(Millis longest) {
  std::unique_lock lock(mutex_);
  has_finished_.wait_for(lock, longest, [this] { return woken_ || has_enough(); });
  woken_ = false;
}

void SenderPool::gather(Millis longest) {
  std::unique_lock lock(mutex_);
  const std::size_t unsettled = static_cast<std::size_t>(traffic_.in_flight()) + finished_.size();
  enough_ = std::min(unsettled / 2 + 1, kWorthATurn);
  gathering_ = true;
  has_finished_.wait_for(lock, longest, [this] { return woken_ || has_enough(); });
  enough_ = 1;
  gathering_ = false;
}

void SenderPool::wake() {
  {
    const std::lock_guard lock(mutex_);
    woken_ = true;
  }
  has_finished_.notify_one();
}

// Each sender that begins an attempt wakes the next, as long as there is something to begin: 64
// threads that wake for one claim cost more than the attempt.
void SenderPool::run(Sender& sender) {
  std::unique_lock lock(mutex_);
  for (;;) {
    auto claim = traffic_.next();
    if (!claim) {
      if (stopping_) return;
      ++resting_;
      has_work_.wait(lock);
      --resting_;
      continue;
    }
    const bool wake = wants_sender();
    const bool dry = is_dry();
    lock.unlock();
    if (wake) has_work_.notify_one();
    if (dry) has_finished_.notify_one();
    store::Settlement settlement = attempt_(sender, std::move(*claim));
    lock.lock();
    give_back(traffic_.finished(settlement));
    finished_.push_back(std::move(settlement));
    if (finished_.size() >= enough_) has_finished_.notify_one();
  }
}

}  // namespace webhooks::worker
