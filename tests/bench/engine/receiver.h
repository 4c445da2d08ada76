#pragma once

#include <cstdint>
#include <sys/types.h>

namespace webhooks::bench {

// A process of its own that reads requests and answers 204, verifying nothing: one thread,
// keep-alive. Ends with its owner.
class Receiver {
 public:
  // `hang`: reads requests and never answers them.
  explicit Receiver(bool hang = false);
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  ~Receiver();

  std::uint16_t port() const { return port_; }

 private:
  pid_t process_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace webhooks::bench
