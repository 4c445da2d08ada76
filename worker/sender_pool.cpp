#include "worker/sender_pool.h"

#include <iterator>
#include <utility>

namespace webhooks::worker {

SenderPool::SenderPool(int threads, const std::function<std::unique_ptr<Sender>()>& make_sender,
                       Attempt attempt)
    : attempt_(std::move(attempt)) {
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
  {
    const std::lock_guard lock(mutex_);
    for (store::Claim& claim : claims) work_.push_back(std::move(claim));
  }
  // Waking one thread per claim, not all: 64 idle threads waking for one claim cost more than the
  // attempt.
  for (std::size_t i = 0; i < claims.size(); ++i) has_work_.notify_one();
}

std::vector<store::Claim> SenderPool::withdraw() {
  const std::lock_guard lock(mutex_);
  std::vector<store::Claim> claims(std::make_move_iterator(work_.begin()),
                                   std::make_move_iterator(work_.end()));
  work_.clear();
  return claims;
}

std::vector<store::Settlement> SenderPool::take_finished() {
  const std::lock_guard lock(mutex_);
  return std::exchange(finished_, {});
}

void SenderPool::wait(Millis longest) {
  std::unique_lock lock(mutex_);
  has_finished_.wait_for(lock, longest, [this] { return woken_ || has_enough(); });
  woken_ = false;
}

void SenderPool::gather(Millis longest, std::size_t enough) {
  std::unique_lock lock(mutex_);
  enough_ = enough;
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

void SenderPool::run(Sender& sender) {
  std::unique_lock lock(mutex_);
  for (;;) {
    has_work_.wait(lock, [this] { return stopping_ || !work_.empty(); });
    if (work_.empty()) return;
    store::Claim claim = std::move(work_.front());
    work_.pop_front();
    if (gathering_ && work_.empty()) has_finished_.notify_one();
    lock.unlock();
    store::Settlement settlement = attempt_(sender, std::move(claim));
    lock.lock();
    finished_.push_back(std::move(settlement));
    if (finished_.size() == enough_) has_finished_.notify_one();
  }
}

}  // namespace webhooks::worker
