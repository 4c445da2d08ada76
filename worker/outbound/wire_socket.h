#pragma once

#include <cstddef>
#include <sys/types.h>
#include <variant>

#include "common/domain/ip_address.h"
#include "worker/outbound/deadline.h"
#include "worker/outbound/failure.h"

namespace webhooks::worker {

// A connected, non-blocking TCP socket that counts what it reads. Never raises SIGPIPE.
class WireSocket {
 public:
  explicit WireSocket(UniqueFd fd) : fd_(std::move(fd)) {}

  int fd() const { return fd_.get(); }

  // Bytes that may still be read, whatever layer asks for them; an endless TLS handshake ends here
  // too.
  void set_budget(std::size_t bytes) { budget_ = bytes; }
  bool over_budget() const { return over_budget_; }

  // As recv(2) and send(2) with errno. receive() fails with EMSGSIZE once over the budget.
  ssize_t receive(char* out, std::size_t size);
  ssize_t transmit(const char* data, std::size_t size);

  enum class Peek { nothing, bytes, ended };
  Peek peek() const;

 private:
  UniqueFd fd_;
  std::size_t budget_ = 0;
  bool over_budget_ = false;
};

// Connects with TCP_NODELAY. The caller has checked `address` against the egress policy: nothing is
// resolved here, so the address that was checked is the one that is connected to.
std::variant<WireSocket, Failure> connect_tcp(const IpAddress& address, std::uint16_t port,
                                              const Deadline& deadline);

}  // namespace webhooks::worker
