#include "worker/outbound/tls_context.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdexcept>

#include "common/domain/ip_address.h"

namespace webhooks::worker {
namespace {

// A resumed session skips the certificate, so an expired one would be believed for as long.
constexpr auto kLongestResumption = std::chrono::hours(1);

[[noreturn]] void fail(const std::string& what) {
  char reason[160] = "";
  ERR_error_string_n(ERR_peek_last_error(), reason, sizeof reason);
  ERR_clear_error();
  throw std::runtime_error(what + ": " + reason);
}

}  // namespace

void TlsSessionCache::store(const std::string& key, SslSession session) {
  std::list<Entry> dropped;  // freed outside of the lock
  state_.with([&](State& state) {
    if (const auto found = state.by_key.find(key); found != state.by_key.end()) {
      dropped.splice(dropped.begin(), state.newest_first, found->second);
      state.by_key.erase(found);
    }
    state.newest_first.push_front({key, std::move(session), std::chrono::steady_clock::now()});
    state.by_key.emplace(key, state.newest_first.begin());
    if (state.newest_first.size() > capacity_) {
      state.by_key.erase(state.newest_first.back().key);
      dropped.splice(dropped.begin(), state.newest_first, std::prev(state.newest_first.end()));
    }
  });
}

SslSession TlsSessionCache::take(const std::string& key) {
  std::list<Entry> taken;
  return state_.with([&](State& state) -> SslSession {
    const auto found = state.by_key.find(key);
    if (found == state.by_key.end()) return nullptr;
    Entry& entry = *found->second;
    const bool fresh = std::chrono::steady_clock::now() - entry.stored < kLongestResumption &&
                       SSL_SESSION_is_resumable(entry.session.get()) == 1;
    // A session of TLS 1.2 serves many connections, but OpenSSL marks it in place when one of them
    // fails: each gets a copy of its own.
    if (fresh && SSL_SESSION_get_protocol_version(entry.session.get()) < TLS1_3_VERSION)
      return SslSession(SSL_SESSION_dup(entry.session.get()));
    taken.splice(taken.begin(), state.newest_first, found->second);
    state.by_key.erase(found);
    return fresh ? std::move(taken.front().session) : nullptr;
  });
}

std::size_t TlsSessionCache::size() {
  return state_.with([](State& state) { return state.newest_first.size(); });
}

TlsContext::TlsContext(const TlsConfig& config)
    : context_(SSL_CTX_new(TLS_client_method())), sessions_(config.sessions) {
  if (!context_) fail("TLS context");
  SSL_CTX* const context = context_.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // Without AUTO_RETRY a read ends after each record, so a flood of empty records meets the
  // deadline.
  SSL_CTX_clear_mode(context, SSL_MODE_AUTO_RETRY);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_verify_paths(context);
  if (!config.ca_file.empty() && SSL_CTX_load_verify_file(context, config.ca_file.c_str()) != 1)
    fail("cannot read the CA file " + config.ca_file);
  ERR_clear_error();

  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_app_data(context, this);
  SSL_CTX_sess_set_new_cb(context, &TlsContext::on_new_session);
}

Ssl TlsContext::make_client(const std::string& host, const std::string* session_key) {
  Ssl ssl(SSL_new(context_.get()));
  if (!ssl) return nullptr;
  // OpenSSL takes a name that looks like an address as an address, so both ways are told apart
  // here.
  if (parse_ip(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str());
  } else {
    SSL_set_hostflags(ssl.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set_tlsext_host_name(ssl.get(), host.c_str()) != 1 ||
        SSL_set1_host(ssl.get(), host.c_str()) != 1)
      return nullptr;
  }
  SSL_set_app_data(ssl.get(), const_cast<std::string*>(session_key));
  if (const SslSession session = sessions_.take(*session_key))
    SSL_set_session(ssl.get(), session.get());
  SSL_set_connect_state(ssl.get());
  return ssl;
}

int TlsContext::on_new_session(SSL* ssl, SSL_SESSION* session) {
  auto* const self = static_cast<TlsContext*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  const auto* const key = static_cast<const std::string*>(SSL_get_app_data(ssl));
  self->sessions_.store(*key, SslSession(session));
  return 1;  // the reference is ours now
}

}  // namespace webhooks::worker
