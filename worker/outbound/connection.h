#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "worker/outbound/tls_context.h"
#include "worker/outbound/wire_socket.h"

namespace webhooks::worker {

// One connection to an endpoint, plain or TLS, where every wait has a deadline. One thread at a
// time. Closing says goodbye to a TLS peer when nothing went wrong before, without waiting for an
// answer.
class Connection {
 public:
  // `key` names who may reuse it: see connection_pool.h.
  Connection(WireSocket socket, std::string key, const IpAddress& peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Shakes hands and verifies that the peer is `host`; resumes an earlier session of the same key
  // when there is one.
  std::optional<Failure> start_tls(std::shared_ptr<TlsContext> context, const std::string& host,
                                   const Deadline& deadline);

  // Bytes that may be read until the next call, TLS framing included.
  void set_budget(std::size_t bytes) { socket_.set_budget(bytes); }

  struct Read {
    std::size_t count = 0;  // 0 without a failure: the peer ended the stream
    std::optional<Failure>
        failure;  // timeout, connection_closed (reset), response_too_large, tls_handshake, internal
  };
  // Waits for at least one byte.
  Read read(std::span<char> out, const Deadline& deadline);

  enum class Written { all, answer_first, peer_gone, timed_out, aborted };
  // Writes `data` whole, unless the peer answers before it took everything or has gone; an answer
  // may then still be there to be read, but the connection must not be used again.
  Written write(std::string_view data, const Deadline& deadline);

  // True when an idle connection can carry a request: still open, and without a byte that nobody
  // asked for, which would be taken as the next request's answer. Never waits.
  bool quiet();

  // After a failure: the TLS state is not to be trusted with a goodbye or a resumption.
  void poison() { poisoned_ = true; }

  // What it weighs while it is idle: see PoolLimits.
  std::size_t idle_weight() const { return ssl_ ? 4 : 1; }
  const std::string& key() const { return key_; }
  const IpAddress& peer() const { return peer_; }
  bool resumed_session() const { return ssl_ && SSL_session_reused(ssl_.get()) == 1; }

  std::chrono::steady_clock::time_point opened;      // set by the constructor
  std::chrono::steady_clock::time_point idle_since;  // set by the pool

 private:
  Failure tls_failure(int ssl_error, int code);
  std::optional<Failure> wait(short events, const Deadline& deadline) const;
  bool answer_waiting();

  WireSocket socket_;
  std::string key_;
  IpAddress peer_;
  std::shared_ptr<TlsContext> context_;
  Ssl ssl_;
  bool poisoned_ = false;
};

}  // namespace webhooks::worker
