#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/base/random.h"
#include "common/domain/access.h"
#include "common/store/key_store.h"

namespace webhooks::api {

// Who a good bearer token stands for.
struct Identity {
  Principal principal;
  bool is_api_key = true;  // then the principal's name is the key's id
};

// Why a bearer token is not taken.
enum class Refusal {
  invalid,          // not one of ours, or no longer; nothing more is told
  expired,          // a genuine token past its time
  unknown_partner,  // a genuine token of somebody who is not known here
  keys_unavailable  // cannot be judged right now, but perhaps soon
};
using Identified = std::variant<Identity, Refusal>;

// Judges bearer tokens. Each kind of token has its own; thread-safe.
class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // Never waits for the network. May throw StoreError.
  virtual Identified identify(std::string_view token, store::KeyStore& keys, Time now) const = 0;
};

// API keys: `whk_` + 26 letters and digits, kept as SHA-256 only. 128 random bits need no slow
// hash.
class KeyAuthenticator final : public Authenticator {
 public:
  Identified identify(std::string_view token, store::KeyStore& keys, Time now) const override;
};

// Whether a token is meant to be an API key; all others are JWTs.
bool is_api_key(std::string_view token);

// The token of "Authorization: Bearer …" (RFC 6750 §2.1); nullopt when the header's value is not of
// that form.
std::optional<std::string_view> bearer_token(std::string_view authorization);

// A new API key; what is kept of it is hash_of_key.
std::string new_api_key(Random& random);
std::string hash_of_key(std::string_view key);

}  // namespace webhooks::api
