#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <openssl/ssl.h>
#include <string>
#include <unordered_map>

#include "common/base/free_with.h"
#include "common/base/guarded.h"

namespace webhooks::worker {

using SslCtx = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, FreeWith<SSL_free>>;
using SslSession = std::unique_ptr<SSL_SESSION, FreeWith<SSL_SESSION_free>>;

// Sessions to resume, by a key that names the partner, host and port: what one partner's server
// issued is never shown to another's. The least recently stored falls out. Thread-safe.
class TlsSessionCache {
 public:
  explicit TlsSessionCache(std::size_t capacity) : capacity_(capacity) {}

  void store(const std::string& key, SslSession session);
  // A ticket of TLS 1.3 is handed out once (RFC 8446 appendix C.4). Null when there is none.
  SslSession take(const std::string& key);
  std::size_t size();

 private:
  struct Entry {
    std::string key;
    SslSession session;
    std::chrono::steady_clock::time_point stored;
  };
  struct State {
    std::list<Entry> newest_first;
    std::unordered_map<std::string, std::list<Entry>::iterator> by_key;
  };
  const std::size_t capacity_;
  Guarded<State> state_;
};

struct TlsConfig {
  std::string ca_file;         // PEM, trusted besides the system's roots; empty: none
  std::size_t sessions = 512;  // kept for resumption; each holds the peer's chain, some 4 to 8 KiB
};

// The one SSL_CTX of the process: parsing the system's roots costs 22 ms and 844 KB each time.
// TLS 1.2 or newer, verification always on. Shared by all senders; thread-safe. Must outlive its
// connections.
class TlsContext {
 public:
  // Throws std::runtime_error when the CA file cannot be read.
  explicit TlsContext(const TlsConfig& config);
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  // A client session that will accept only a certificate for `host` (a name or an address), with
  // SNI for names. `session_key` must outlive the result: new sessions are stored under it. Null
  // when out of memory.
  Ssl make_client(const std::string& host, const std::string* session_key);

  TlsSessionCache& sessions() { return sessions_; }

 private:
  static int on_new_session(SSL* ssl, SSL_SESSION* session);

  SslCtx context_;
  TlsSessionCache sessions_;
};

}  // namespace webhooks::worker
