#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "common/http/message.h"
#include "common/http/server_config.h"

namespace webhooks::http {

struct Core;
class PistacheListener;

// Since start(), for metrics.
struct Stats {
  std::size_t connections = 0;  // open now
  std::uint64_t connections_total = 0;
  std::uint64_t connections_refused = 0;  // over a limit
  std::uint64_t requests_total = 0;       // given to the handler
  std::int64_t requests_in_flight = 0;    // now, with a stream until its end
  std::uint64_t refusals_total = 0;       // answered by the edge alone: framing, limits, stopping
  std::uint64_t timeouts_total = 0;
};

// An HTTP/1.1 server (RFC 9110, RFC 9112) that can be exposed. Several may run in one process.
//
// TLS is left to the proxy in front. Pistache's own does the handshake in its accept loop, so that
// one silent client stops everybody else from connecting; and a handshake of ours would need the
// reading, which is Pistache's.
class Server {
 public:
  // Throws nothing that start() does not.
  Server(ServerConfig config, Handler handler);
  ~Server();  // stop(0) if it still runs
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds, then serves on threads of its own until stop(). Once only. Throws std::runtime_error or
  // std::system_error when the address cannot be had. Ignores SIGPIPE for the process, which
  // writing to a client that left would raise.
  void start();

  // The bound port. REQUIRES start().
  std::uint16_t port() const;

  // Refuses new connections at once, answers requests that come late on open ones with 503, waits
  // until those in flight are answered and read, at most `drain`, then cuts what is left. No
  // handler is called after it; a Responder used later answers nowhere. Waits for a stream's source
  // that is at work, however long it takes. Idempotent; not for an I/O thread.
  void stop(std::chrono::milliseconds drain);

  Stats stats() const;

 private:
  std::shared_ptr<Core> core_;
  std::unique_ptr<PistacheListener> listener_;
  std::uint16_t port_ = 0;
};

}  // namespace webhooks::http
