#include "tests/support/hostile_endpoint.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <signal.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace webhooks::test {
namespace {

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(what + std::string(": ") + std::strerror(errno));
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

int bound_socket(bool v6, std::uint16_t& port) {
  const int fd = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must(fd >= 0, "socket");
  sockaddr_storage name{};
  socklen_t length = sizeof name;
  if (v6) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    must(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "bind ::1");
  } else {
    const sockaddr_in address = loopback(0);
    must(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "bind");
  }
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length);
  port = ntohs(v6 ? reinterpret_cast<sockaddr_in6&>(name).sin6_port
                  : reinterpret_cast<sockaddr_in&>(name).sin_port);
  return fd;
}

// A write to a sender that has gone raises the signal in this thread alone. It is blocked here and
// not ignored in the process, so that one raised by the sender's own thread would end the test.
void block_sigpipe() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

long Peer::read_some(char* out, std::size_t size) {
  for (;;) {
    if (!ssl_ || SSL_pending(ssl_.get()) == 0) {
      pollfd polls[2] = {{fd_, POLLIN, 0}, {endpoint_->stop_, POLLIN, 0}};
      if (::poll(polls, 2, -1) < 0 && errno != EINTR) return -1;
      if (polls[1].revents != 0) return -1;
      if (polls[0].revents == 0) continue;
    }
    if (!ssl_) return ::recv(fd_, out, size, 0);
    return SSL_read(ssl_.get(), out, static_cast<int>(size));
  }
}

std::optional<std::string> Peer::read_request() {
  for (;;) {
    const std::size_t head = unread_.find("\r\n\r\n");
    if (head != std::string::npos) {
      const std::size_t field = unread_.find("Content-Length: ");
      const std::size_t body = field < head ? std::stoul(unread_.substr(field + 16)) : 0;
      const std::size_t whole = head + 4 + body;
      if (unread_.size() >= whole) {
        std::string request = unread_.substr(0, whole);
        unread_.erase(0, whole);
        const std::lock_guard lock(endpoint_->mutex_);
        endpoint_->requests_.push_back(request);
        endpoint_->changed_.notify_all();
        return request;
      }
    }
    char buffer[16 * 1024];
    const long count = read_some(buffer, sizeof buffer);
    if (count <= 0) return std::nullopt;
    unread_.append(buffer, static_cast<std::size_t>(count));
  }
}

bool Peer::write(std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd polls[2] = {{fd_, POLLOUT, 0}, {endpoint_->stop_, POLLIN, 0}};
    if (::poll(polls, 2, -1) < 0 || polls[1].revents != 0) return false;
    // Small pieces, so that a blocking TLS write never outlives the endpoint's stop by much.
    const std::size_t piece = std::min<std::size_t>(bytes.size(), 4096);
    const long count = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(piece))
                            : ::send(fd_, bytes.data(), piece, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && !ssl_ && errno == EAGAIN) continue;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

bool Peer::pause(std::chrono::milliseconds time) {
  pollfd polls[2] = {{fd_, POLLIN, 0}, {endpoint_->stop_, POLLIN, 0}};
  return ::poll(polls, 2, static_cast<int>(time.count())) == 0;
}

bool Peer::drip(std::string_view bytes, std::chrono::milliseconds time) {
  for (const char byte : bytes)
    if (!write({&byte, 1}) || !pause(time)) return false;
  return true;
}

void Peer::write_for_ever(std::string_view bytes) {
  while (write(bytes)) {
  }
}

void Peer::drip_for_ever(std::string_view bytes, std::chrono::milliseconds time) {
  while (drip(bytes, time)) {
  }
}

void Peer::close() {
  if (ssl_) SSL_shutdown(ssl_.get());
  close_rudely();
}

void Peer::close_rudely() { ::shutdown(fd_, SHUT_WR); }

void Peer::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(fd_);
  fd_ = -1;
}

void Peer::wait_until_gone() {
  char buffer[4096];
  while (fd_ >= 0 && read_some(buffer, sizeof buffer) > 0) {
  }
}

HostileEndpoint::HostileEndpoint(Script script, EndpointOptions options)
    : script_(std::move(script)), options_(std::move(options)) {
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  must(stop_ >= 0, "eventfd");
  listener_ = bound_socket(options_.v6, port_);
  must(::listen(listener_, 64) == 0, "listen");
  if (options_.tls && options_.tls->handshake) {
    tls_.reset(SSL_CTX_new(TLS_server_method()));
    const Identity identity = authority().issue(options_.tls->identity);
    SSL_CTX_use_certificate(tls_.get(), identity.certificate.get());
    SSL_CTX_use_PrivateKey(tls_.get(), identity.key.get());
    if (options_.tls->newest_version != 0) {
      SSL_CTX_set_security_level(tls_.get(), 0);
      SSL_CTX_set_min_proto_version(tls_.get(), 0);
      SSL_CTX_set_max_proto_version(tls_.get(), options_.tls->newest_version);
    }
    if (options_.tls->demand_certificate)
      SSL_CTX_set_verify(tls_.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    const unsigned char id[] = "endpoint";
    SSL_CTX_set_session_id_context(tls_.get(), id, sizeof id);
  }
  accepting_ = std::thread([this] { accept_loop(); });
}

HostileEndpoint::~HostileEndpoint() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_, &one, sizeof one);
  accepting_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(listener_);
  ::close(stop_);
}

std::vector<std::string> HostileEndpoint::requests() {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void HostileEndpoint::wait_until_accepted(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::minutes(1), [&] { return connections_ >= count; });
}

void HostileEndpoint::wait_until_ended(int count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return ended_ >= count; });
}

void HostileEndpoint::accept_loop() {
  for (;;) {
    pollfd polls[2] = {{listener_, POLLIN, 0}, {stop_, POLLIN, 0}};
    if (::poll(polls, 2, -1) < 0 && errno != EINTR) return;
    if (polls[1].revents != 0) return;
    if (polls[0].revents == 0) continue;
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    int connection = 0;
    {
      const std::lock_guard lock(mutex_);
      connection = connections_++;
    }
    changed_.notify_all();
    threads_.emplace_back([this, fd, connection] { serve(fd, connection); });
  }
}

void HostileEndpoint::serve(int fd, int connection) {
  block_sigpipe();
  Peer peer;
  peer.endpoint_ = this;
  peer.fd_ = fd;
  peer.connection_ = connection;
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // A blocking handshake or TLS write must not outlive a sender that hangs; no test counts on this
  // span.
  const timeval longest{20, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &longest, sizeof longest);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
  bool ready = true;
  if (tls_) {
    peer.ssl_.reset(SSL_new(tls_.get()));
    SSL_set_fd(peer.ssl_.get(), fd);
    ready = SSL_accept(peer.ssl_.get()) == 1;
  }
  if (ready) script_(peer);
  ERR_clear_error();
  if (peer.fd_ >= 0) ::close(peer.fd_);
  const std::lock_guard lock(mutex_);
  ++ended_;
  changed_.notify_all();
}

Blackhole::Blackhole() {
  listener_ = bound_socket(false, port_);
  must(::listen(listener_, 0) == 0, "listen");
  // A backlog of 0 still takes one connection or two; the first that isn't completed at once shows
  // that it is full.
  for (int i = 0; i < 16; ++i) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    must(fd >= 0, "socket");
    fillers_.push_back(fd);
    const sockaddr_in address = loopback(port_);
    (void)::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    pollfd poll{fd, POLLOUT, 0};
    if (::poll(&poll, 1, 100) == 0) return;
  }
}

Blackhole::~Blackhole() {
  for (const int fd : fillers_) ::close(fd);
  ::close(listener_);
}

RefusedPort::RefusedPort() : bound_(bound_socket(false, port_)) {}

RefusedPort::~RefusedPort() { ::close(bound_); }

std::size_t open_descriptors() {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd"))
    ++count;
  return count;
}

}  // namespace webhooks::test
