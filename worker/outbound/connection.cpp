#include "worker/outbound/connection.h"

#include <cerrno>
#include <openssl/err.h>
#include <poll.h>
#include <system_error>

#include "worker/outbound/wire_bio.h"

namespace webhooks::worker {
namespace {

constexpr int kMaxTlsRecordsWhileIdle =
    8;  // session tickets and key updates that came after the last answer

Failure closed(std::string detail) { return {SendError::connection_closed, std::move(detail)}; }

std::string reason_of(unsigned long code) {
  const char* const reason = ERR_reason_error_string(code);
  return reason == nullptr ? "unknown" : reason;
}

bool unexpected_end(unsigned long code) {
  return ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

short events_for(int ssl_error) { return ssl_error == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN; }

bool wants_more(int ssl_error) {
  return ssl_error == SSL_ERROR_WANT_READ || ssl_error == SSL_ERROR_WANT_WRITE;
}

}  // namespace

Connection::Connection(WireSocket socket, std::string key, const IpAddress& peer)
    : opened(std::chrono::steady_clock::now()),
      idle_since(opened),
      socket_(std::move(socket)),
      key_(std::move(key)),
      peer_(peer) {}

Connection::~Connection() {
  if (!ssl_) return;
  ERR_clear_error();
  // One close_notify, not waited for. Freed without it, OpenSSL would mark the session as not
  // resumable.
  if (poisoned_ || SSL_in_init(ssl_.get()) != 0) {
    SSL_set_quiet_shutdown(ssl_.get(), 1);
  } else {
    socket_.set_budget(0);
    SSL_shutdown(ssl_.get());
  }
  ERR_clear_error();
}

std::optional<Failure> Connection::wait(short events, const Deadline& deadline) const {
  switch (deadline.wait_for(socket_.fd(), events).wait) {
    case Deadline::Wait::ready:
      return std::nullopt;
    case Deadline::Wait::timed_out:
      return Failure{SendError::timeout, "deadline passed"};
    case Deadline::Wait::aborted:
      return Failure{SendError::internal, "aborted"};
  }
  return Failure{SendError::internal, "wait"};
}

Failure Connection::tls_failure(int ssl_error, int code) {
  const unsigned long queued = ERR_peek_error();
  ERR_clear_error();
  poison();
  if (socket_.over_budget())
    return {SendError::response_too_large, "more bytes than an answer may have"};
  if (ssl_error == SSL_ERROR_ZERO_RETURN || unexpected_end(queued))
    return closed("ended by the peer");
  if (ssl_error == SSL_ERROR_SYSCALL)
    return closed(code == 0 ? "ended by the peer" : std::generic_category().message(code));
  return {SendError::tls_handshake, reason_of(queued)};
}

std::optional<Failure> Connection::start_tls(std::shared_ptr<TlsContext> context,
                                             const std::string& host, const Deadline& deadline) {
  context_ = std::move(context);
  ssl_ = context_->make_client(host, &key_);
  BIO* const bio = ssl_ ? make_wire_bio(&socket_) : nullptr;
  if (bio == nullptr) {
    ERR_clear_error();
    return Failure{SendError::internal, "out of memory for TLS"};
  }
  SSL_set_bio(ssl_.get(), bio, bio);
  for (;;) {
    ERR_clear_error();
    errno = 0;
    const int result = SSL_do_handshake(ssl_.get());
    const int code = errno;
    if (result == 1) return std::nullopt;
    const int error = SSL_get_error(ssl_.get(), result);
    if (wants_more(error)) {
      if (auto failure = wait(events_for(error), deadline)) {
        poison();
        if (failure->error == SendError::timeout)
          failure->detail = "deadline passed in the TLS handshake";
        return failure;
      }
      continue;
    }
    const long verified = SSL_get_verify_result(ssl_.get());
    Failure failure = tls_failure(error, code);
    if (verified != X509_V_OK)
      return Failure{SendError::tls_certificate, X509_verify_cert_error_string(verified)};
    if (failure.error == SendError::connection_closed) failure.error = SendError::tls_handshake;
    return failure;
  }
}

Connection::Read Connection::read(std::span<char> out, const Deadline& deadline) {
  for (;;) {
    if (deadline.passed()) return {0, Failure{SendError::timeout, "deadline passed"}};
    short events = POLLIN;
    if (ssl_) {
      ERR_clear_error();
      errno = 0;
      const int count = SSL_read(ssl_.get(), out.data(), static_cast<int>(out.size()));
      const int code = errno;
      if (count > 0) return {static_cast<std::size_t>(count), std::nullopt};
      const int error = SSL_get_error(ssl_.get(), count);
      if (!wants_more(error)) {
        if (error == SSL_ERROR_ZERO_RETURN) return {};
        // A peer that closes without close_notify ends the stream all the same: a body's framing
        // tells whether anything is missing, and a body that ends with the connection is only ever
        // shown, never trusted.
        const bool rude_end =
            unexpected_end(ERR_peek_error()) || (error == SSL_ERROR_SYSCALL && code == 0);
        Failure failure = tls_failure(error, code);
        if (rude_end && failure.error == SendError::connection_closed) return {};
        return {0, std::move(failure)};
      }
      events = events_for(error);
    } else {
      const ssize_t count = socket_.receive(out.data(), out.size());
      if (count >= 0) return {static_cast<std::size_t>(count), std::nullopt};
      if (socket_.over_budget())
        return {0, Failure{SendError::response_too_large, "more bytes than an answer may have"}};
      if (errno != EAGAIN) return {0, closed(std::generic_category().message(errno))};
    }
    if (auto failure = wait(events, deadline)) return {0, std::move(failure)};
  }
}

Connection::Written Connection::write(std::string_view data, const Deadline& deadline) {
  while (!data.empty()) {
    ssize_t count = 0;
    short events = POLLOUT;
    if (ssl_) {
      ERR_clear_error();
      count = SSL_write(ssl_.get(), data.data(), static_cast<int>(data.size()));
      if (count <= 0) {
        const int error = SSL_get_error(ssl_.get(), static_cast<int>(count));
        ERR_clear_error();
        if (!wants_more(error)) {
          poison();
          return Written::peer_gone;
        }
        events = events_for(error);
      }
    } else {
      count = socket_.transmit(data.data(), data.size());
      if (count < 0 && errno != EAGAIN) return Written::peer_gone;
    }
    if (count > 0) {
      data.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    const auto waited = deadline.wait_for(socket_.fd(), static_cast<short>(events | POLLIN));
    if (waited.wait == Deadline::Wait::timed_out) return Written::timed_out;
    if (waited.wait == Deadline::Wait::aborted) return Written::aborted;
    if ((waited.events & events) == 0 && answer_waiting()) {
      poison();
      return Written::answer_first;
    }
  }
  return Written::all;
}

bool Connection::answer_waiting() {
  if (!ssl_) return socket_.peek() != WireSocket::Peek::nothing;
  char byte = 0;
  const int count = SSL_peek(ssl_.get(), &byte, 1);
  const bool more = count <= 0 && wants_more(SSL_get_error(ssl_.get(), count));
  ERR_clear_error();
  return !more;
}

bool Connection::quiet() {
  if (poisoned_) return false;
  if (!ssl_) return socket_.peek() == WireSocket::Peek::nothing;
  socket_.set_budget(64 * 1024);
  for (int i = 0; i < kMaxTlsRecordsWhileIdle; ++i) {
    if (SSL_has_pending(ssl_.get()) == 0 && socket_.peek() == WireSocket::Peek::nothing)
      return true;
    // Records that carry no data, such as a late session ticket, are taken in here.
    if (answer_waiting()) break;
  }
  poison();
  return false;
}

}  // namespace webhooks::worker
