#pragma once

#include <memory>
#include <string>
#include <variant>

#include "common/domain/target_url.h"
#include "worker/outbound/connection.h"
#include "worker/outbound/resolver.h"

namespace webhooks::worker {

// Opens connections that are safe to use: the name is resolved, every address is checked against
// the egress policy, and the very address that passed is the one connected to, so a name that
// changes in between changes nothing. Thread-safe.
class Connector {
 public:
  Connector(std::shared_ptr<Resolver> resolver, std::shared_ptr<TlsContext> tls,
            EgressPolicy policy)
      : resolver_(std::move(resolver)), tls_(std::move(tls)), policy_(std::move(policy)) {}

  // Tries the permitted addresses one after the other, each with its share of what is left of the
  // deadline (2 s at most while there are others behind it), then TLS with the first that answers.
  // `handshake_bytes`: what the peer may send before the first request.
  std::variant<std::unique_ptr<Connection>, Failure> open(const TargetUrl& url,
                                                          const std::string& key,
                                                          std::size_t handshake_bytes,
                                                          const Deadline& deadline) const;

  // For a connection that is about to be used again.
  bool still_permitted(const Connection& connection) const {
    return policy_.permits(connection.peer());
  }

 private:
  Resolver::Result addresses_of(const TargetUrl& url, const Deadline& deadline) const;

  std::shared_ptr<Resolver> resolver_;
  std::shared_ptr<TlsContext> tls_;
  EgressPolicy policy_;
};

}  // namespace webhooks::worker
