#pragma once

#include "api/access/auth.h"
#include "api/jwt/key_ring.h"
#include "api/jwt/token.h"

namespace webhooks::api {

// JWTs of the platform's identity provider: each stands for one user of a partner, role partner.
class JwtAuthenticator final : public Authenticator {
 public:
  // `ring` must outlive it.
  JwtAuthenticator(jwt::KeyRing& ring, jwt::Rules rules) : ring_(ring), rules_(std::move(rules)) {}
  Identified identify(std::string_view token, store::KeyStore& keys, Time now) const override;

 private:
  jwt::KeyRing& ring_;
  const jwt::Rules rules_;
};

// API keys, and JWTs where there is somebody who judges them.
class AnyAuthenticator final : public Authenticator {
 public:
  // Both must outlive it; `tokens` may be null.
  AnyAuthenticator(const Authenticator& keys, const Authenticator* tokens)
      : keys_(keys), tokens_(tokens) {}
  Identified identify(std::string_view token, store::KeyStore& keys, Time now) const override;

 private:
  const Authenticator& keys_;
  const Authenticator* tokens_;
};

}  // namespace webhooks::api
