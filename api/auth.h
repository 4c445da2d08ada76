#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/guarded.h"
#include "common/base/random.h"
#include "common/domain/access.h"
#include "common/store/key_store.h"

namespace webhooks::api {

// Who a bearer token stands for. Each kind of token has its own; thread-safe.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // nullopt: not a token of this kind, or not a valid one. May throw StoreError.
  virtual std::optional<Principal> identify(std::string_view token, store::KeyStore& keys,
                                            Time now) const = 0;
};

// API keys: `whk_` + 26 letters and digits, kept as SHA-256 only. 128 random bits need no slow
// hash.
class KeyAuthenticator final : public Authenticator {
 public:
  std::optional<Principal> identify(std::string_view token, store::KeyStore& keys,
                                    Time now) const override;
};

// The token of "Authorization: Bearer …" (RFC 6750 §2.1); nullopt when the header's value is not of
// that form.
std::optional<std::string_view> bearer_token(std::string_view authorization);

// A new API key; what is kept of it is hash_of_key.
std::string new_api_key(Random& random);
std::string hash_of_key(std::string_view key);

}  // namespace webhooks::api
