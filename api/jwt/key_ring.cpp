#include "api/jwt/key_ring.h"

#include <exception>

namespace webhooks::jwt {

KeyRing::KeyRing(Source source, FetchSchedule::Waits waits, std::shared_ptr<const KeySet> first,
                 KeyRingProbe probe)
    : source_(std::move(source)),
      probe_(std::move(probe)),
      keys_(std::move(first)),
      schedule_(waits, std::chrono::steady_clock::now()),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

KeyRing::~KeyRing() = default;  // the thread is stopped and joined first

std::shared_ptr<const KeySet> KeyRing::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

bool KeyRing::ask() {
  bool worth_it = false;
  {
    const std::lock_guard lock(mutex_);
    worth_it = schedule_.asked(std::chrono::steady_clock::now());
  }
  changed_.notify_one();
  return worth_it;
}

void KeyRing::run(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto due = schedule_.due();
    const auto now = std::chrono::steady_clock::now();
    if (now < due) {
      changed_.wait_until(lock, stop, due, [&] { return schedule_.due() < due; });
      continue;
    }
    schedule_.begun(now);
    lock.unlock();
    std::shared_ptr<const KeySet> fetched;
    std::string why;
    try {
      auto parsed = parse_key_set(source_(stop));
      if (auto* set = std::get_if<KeySet>(&parsed))
        fetched = std::make_shared<const KeySet>(std::move(*set));
      else
        why = std::get<std::string>(parsed);
    } catch (const std::exception& error) {
      why = error.what();
    }
    lock.lock();
    schedule_.ended(std::chrono::steady_clock::now(), fetched != nullptr);
    if (fetched) keys_ = fetched;
    lock.unlock();
    if (fetched)
      probe_.renewed(*fetched);
    else if (!stop.stop_requested())
      probe_.failed(why);
    lock.lock();
  }
}

}  // namespace webhooks::jwt
