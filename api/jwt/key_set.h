#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/jwt/public_key.h"

namespace webhooks::jwt {

// The keys of an identity provider that sign tokens.
struct KeySet {
  struct Entry {
    std::optional<std::string> id;  // `kid`
    PublicKey key;
  };
  std::vector<Entry> entries;

  // The keys that a token with this header may have been signed with. Without a `kid` that is only
  // clear when there is one key in all.
  std::vector<const PublicKey*> candidates(Algorithm algorithm,
                                           const std::optional<std::string>& id) const;
  bool knows(const std::string& id) const;
};

inline constexpr std::size_t kLongestKeySet = 256 * 1024;  // bytes
inline constexpr std::size_t kMostKeys = 100;

// Reads a JWK Set (RFC 7517 §5). Keys that are for something else (encryption, other algorithms),
// too short or broken are passed over, as the RFC asks: one of them must not take its neighbours'
// tokens away. The string says why the whole set is refused: it is none, has no key for us, or
// shows a private one, which is then no secret any more.
std::variant<KeySet, std::string> parse_key_set(std::string_view text);

}  // namespace webhooks::jwt
