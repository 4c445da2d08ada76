#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "api/jwt/fetch_schedule.h"
#include "api/jwt/key_set.h"

namespace webhooks::jwt {

// Where a key set's text comes from: may block, gives up soon after a stop is asked for, throws
// std::runtime_error with the reason when there is none.
using Source = std::function<std::string(const std::stop_token&)>;

// What became of a fetch. Called on the ring's thread.
struct KeyRingProbe {
  std::function<void(const KeySet&)> renewed = [](const KeySet&) {};
  std::function<void(const std::string& why)> failed = [](const std::string&) {};
};

// The provider's keys, fetched and renewed by a thread of its own, so that no request ever waits
// for the provider. What was fetched last stays while later fetches fail. Thread-safe.
class KeyRing {
 public:
  // `first`: keys that are known already, so that the first fetch is a renewal; may be null.
  KeyRing(Source source, FetchSchedule::Waits waits, std::shared_ptr<const KeySet> first = nullptr,
          KeyRingProbe probe = {});
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;
  ~KeyRing();

  // Null until the first fetch has been good.
  std::shared_ptr<const KeySet> keys() const;

  // A token names a key that is not among them. True: a fetch is on its way, so a retry is worth
  // it.
  bool ask();

 private:
  void run(const std::stop_token& stop);

  const Source source_;
  const KeyRingProbe probe_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::shared_ptr<const KeySet> keys_;
  FetchSchedule schedule_;
  std::jthread thread_;
};

}  // namespace webhooks::jwt
