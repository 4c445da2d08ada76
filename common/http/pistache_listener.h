#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/http/inbound.h"

namespace webhooks::http {

// Accepting, polling and the I/O threads, by Pistache. Of it only the TCP listener is used: not its
// HTTP parser, router, timeouts or writes, each of which can be crashed, stalled or confused from
// outside (0.0.5 and newer, measured). pistache_listener.cpp is the one file that knows Pistache.
class PistacheListener {
 public:
  // Called on an I/O thread for each new client. `socket` stays Pistache's: duplicate it to write
  // to it. Null turns the client away.
  using Accept = std::function<std::shared_ptr<Inbound>(int socket)>;

  PistacheListener(const std::string& host, std::uint16_t port, int threads, Accept accept);
  ~PistacheListener();
  PistacheListener(const PistacheListener&) = delete;
  PistacheListener& operator=(const PistacheListener&) = delete;

  // Binds and starts the threads. Throws std::runtime_error when the address cannot be had.
  void start();

  // The bound port. REQUIRES start().
  std::uint16_t port() const;

  // Has the I/O threads look for new clients. Pistache's queue of them looks first and clears its
  // wake-up after, so a client that is queued in between waits until the next one comes, maybe for
  // ever. Call it now and then, from any thread.
  void nudge();

  // New clients are refused from now on; the I/O threads keep serving the others.
  void stop_accepting();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace webhooks::http
