#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/store/turn_store.h"
#include "worker/sender.h"

namespace webhooks::worker::test {

inline const Time kNow = parse_rfc3339("2025-11-26T09:52:00Z").value();

class StillClock final : public Clock {
 public:
  Time now() const override { return kNow; }
};

class FixedRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    std::fill(out.begin(), out.end(), std::byte{0x7f});
  }
};

inline store::Claim claim(std::int64_t webhook, std::int64_t event, bool proven = true) {
  store::Claim one;
  one.key = {webhook, event, 1};
  one.event = {{"evt_1"}, EventType::product_added,  {"CTR-1"}, "product/PR-7", kNow,
               {},        R"({"product_id":"PR-7"})"};
  one.webhook = {"wh_0123456789abcdefghijklmnop"};
  one.partner = 7;
  one.url = "https://hooks.example/in";
  one.secrets = {std::string(32, 's')};
  one.sequence = event;
  one.health.proven = proven;
  one.lease_until = kNow + std::chrono::minutes(1);
  return one;
}

inline Outcome answered(int status) {
  Outcome outcome;
  outcome.status_code = status;
  outcome.duration = Millis(5);
  return outcome;
}

// Answers what it is told to, and keeps what it was asked.
class FakeSender final : public Sender {
 public:
  std::function<Outcome(const SendRequest&)> answer = [](const SendRequest&) {
    return answered(204);
  };
  std::vector<SendRequest> requests;
  std::vector<std::string> bodies;

  Outcome send(const SendRequest& request) override {
    requests.push_back(request);
    bodies.emplace_back(request.body);
    return answer(request);
  }
};

// A store whose turns a test scripts, and which a test can wait for.
class ScriptedStore final : public store::TurnStore {
 public:
  using Turn = std::function<store::TurnResult(const store::TurnRequest&)>;

  void then(Turn turn) {
    const std::lock_guard lock(mutex_);
    turns_.push_back(std::move(turn));
  }

  store::TurnResult turn(const store::TurnRequest& request) override {
    Turn next;
    {
      const std::lock_guard lock(mutex_);
      if (!turns_.empty()) {
        next = std::move(turns_.front());
        turns_.pop_front();
      }
    }
    store::TurnResult result = next ? next(request) : store::TurnResult{};
    const std::lock_guard lock(mutex_);
    for (const store::Settlement& one : request.settled) settled_.push_back(one);
    changed_.notify_all();
    return result;
  }

  bool changed() override { return has_changed.exchange(false); }
  bool wake_on_change(std::function<void()> wake) override {
    const std::lock_guard lock(mutex_);
    wake_ = std::move(wake);
    changed_.notify_all();
    return can_wake && wake_;
  }

  // What changed() says, once.
  std::atomic<bool> has_changed = false;
  bool can_wake = false;
  // Waits until the loop has asked to be woken, and wakes it.
  void change() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return static_cast<bool>(wake_); });
    has_changed = true;
    std::exchange(wake_, nullptr)();
  }
  std::int64_t release_claims(const std::string&, Time) override {
    const std::lock_guard lock(mutex_);
    return ++released_;
  }

  // Waits until so many settlements have been written.
  std::vector<store::Settlement> wait_settled(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return settled_.size() >= count; });
    return settled_;
  }
  int released() {
    const std::lock_guard lock(mutex_);
    return released_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Turn> turns_;
  std::vector<store::Settlement> settled_;
  int released_ = 0;
  std::function<void()> wake_;
};

}  // namespace webhooks::worker::test
