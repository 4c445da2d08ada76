#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <sys/types.h>

namespace webhooks::bench {

// A process of its own that reads requests and answers 204, verifying nothing: one thread,
// keep-alive. Ends with its owner.
class Receiver {
 public:
  enum class Manner {
    plain,
    tls,  // with a certificate of the tests' authority
    hang  // plain: reads requests and never answers them
  };
  explicit Receiver(Manner manner = Manner::plain);
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  ~Receiver();

  std::uint16_t port() const { return port_; }

  // Requests read so far, also those that are never answered.
  std::int64_t requests() const { return shared_->requests.load(); }
  // When the last of them came.
  std::chrono::steady_clock::time_point last_came() const {
    return std::chrono::steady_clock::time_point(std::chrono::nanoseconds(shared_->last.load()));
  }

 private:
  struct Shared {
    std::atomic<std::int64_t> requests{0};
    std::atomic<std::int64_t> last{0};
  };
  [[noreturn]] static void serve(int listening, Manner manner, Shared& shared);

  Shared* shared_ = nullptr;  // memory that the process shares with us
  pid_t process_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace webhooks::bench
