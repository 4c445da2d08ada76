#pragma once

#include <mutex>
#include <utility>

namespace webhooks {

// Data that can be reached only under its lock: `guarded.with([](auto& map) { … })`.
// The reference must not leave the function.
template <class T>
class Guarded {
 public:
  Guarded() = default;
  explicit Guarded(T value) : value_(std::move(value)) {}

  template <class F>
  decltype(auto) with(F&& use) {
    const std::lock_guard lock(mutex_);
    return std::forward<F>(use)(value_);
  }

 private:
  std::mutex mutex_;
  T value_{};
};

}  // namespace webhooks
