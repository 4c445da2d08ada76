#include "common/http/stream_pool.h"

namespace webhooks::http {

void StreamPool::start() {
  for (int i = 0; i < count_; ++i) threads_.emplace_back([this] { run(); });
}

void StreamPool::stop() {
  std::deque<std::shared_ptr<IoEvents>> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(queue_);
  }
  ready_.notify_all();
  for (auto& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void StreamPool::push(std::shared_ptr<IoEvents> events) {
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    queue_.push_back(std::move(events));
  }
  ready_.notify_one();
}

void StreamPool::run() {
  for (;;) {
    std::shared_ptr<IoEvents> next;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [&] { return stopped_ || !queue_.empty(); });
      if (stopped_) return;
      next = std::move(queue_.front());
      queue_.pop_front();
    }
    next->on_source_wanted();
  }
}

}  // namespace webhooks::http
