#include "api/serving/slow_pool.h"

namespace webhooks::api {

SlowPool::SlowPool(std::size_t threads, std::size_t queue) : capacity_(queue) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

SlowPool::~SlowPool() { drain(); }

bool SlowPool::submit(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    if (draining_ || queue_.size() >= capacity_) return false;
    queue_.push_back(std::move(work));
  }
  arrived_.notify_one();
  return true;
}

void SlowPool::drain() {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
  }
  arrived_.notify_all();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

void SlowPool::run() {
  for (;;) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return draining_ || !queue_.empty(); });
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
    }
    work();
  }
}

}  // namespace webhooks::api
