#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <openssl/ssl.h>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/support/test_certificates.h"

namespace webhooks::test {

class HostileEndpoint;

// The endpoint's end of one connection, as its script sees it. All calls block; they end when the
// sender goes or the endpoint is destroyed.
class Peer {
 public:
  // Reads one whole request by its Content-Length; nullopt when the stream ended before.
  std::optional<std::string> read_request();

  // False when the sender has gone.
  bool write(std::string_view bytes);
  // One byte after the other, `pause` between them.
  bool drip(std::string_view bytes, std::chrono::milliseconds pause);
  // Again and again, until the sender has gone.
  void write_for_ever(std::string_view bytes);
  void drip_for_ever(std::string_view bytes, std::chrono::milliseconds pause);

  // Ends the stream in order; with TLS by a close_notify.
  void close();
  // Ends TCP without a close_notify.
  void close_rudely();
  void reset();
  // Until the sender closes.
  void wait_until_gone();

  int connection() const { return connection_; }  // counted from 0
  int fd() const { return fd_; }
  SSL* ssl() const { return ssl_.get(); }

 private:
  friend class HostileEndpoint;
  // False when the sender spoke or went, or the endpoint ends, before the time was over.
  bool pause(std::chrono::milliseconds time);
  long read_some(char* out, std::size_t size);

  HostileEndpoint* endpoint_ = nullptr;
  int fd_ = -1;
  int connection_ = 0;
  std::unique_ptr<SSL, FreeWith<SSL_free>> ssl_;
  std::string unread_;
};

struct EndpointTls {
  IdentityWishes identity{};
  int newest_version = 0;  // e.g. TLS1_1_VERSION; 0: whatever the library has
  bool handshake = true;   // false: the script gets the raw connection
  bool demand_certificate = false;
};

struct EndpointOptions {
  std::optional<EndpointTls> tls{};
  bool v6 = false;
};

// A server on loopback that does to each connection what its script says, each in a thread of its
// own. Plain sockets, since no HTTP server can be talked into most of it.
class HostileEndpoint {
 public:
  using Script = std::function<void(Peer&)>;

  explicit HostileEndpoint(Script script, EndpointOptions options = {});
  ~HostileEndpoint();
  HostileEndpoint(const HostileEndpoint&) = delete;
  HostileEndpoint& operator=(const HostileEndpoint&) = delete;

  std::uint16_t port() const { return port_; }
  int connections() const { return connections_.load(); }

  // Requests that were read whole so far.
  std::vector<std::string> requests();
  // Returns once `count` connections were accepted, after a minute at the latest: a sender whose
  // deadline is short may have gone before that.
  void wait_until_accepted(int count);
  // Returns once `count` connections' scripts have ended.
  void wait_until_ended(int count);

 private:
  friend class Peer;
  void accept_loop();
  void serve(int fd, int connection);

  Script script_;
  EndpointOptions options_;
  std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>> tls_;
  int listener_ = -1;
  int stop_ = -1;  // an eventfd
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  int ended_ = 0;
  std::vector<std::string> requests_;
  std::vector<std::thread> threads_;
  std::thread accepting_;
};

// A loopback port where connecting gets no answer: its backlog is full.
class Blackhole {
 public:
  Blackhole();
  ~Blackhole();
  Blackhole(const Blackhole&) = delete;
  Blackhole& operator=(const Blackhole&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::vector<int> fillers_;
};

// A loopback port where nobody listens, nor can while this lives.
class RefusedPort {
 public:
  RefusedPort();
  ~RefusedPort();
  RefusedPort(const RefusedPort&) = delete;
  RefusedPort& operator=(const RefusedPort&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_ = 0;
  const int bound_;
};

// Open descriptors of this process.
std::size_t open_descriptors();

}  // namespace webhooks::test
