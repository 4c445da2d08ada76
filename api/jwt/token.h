#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "api/jwt/key_set.h"
#include "common/base/time.h"

namespace webhooks::jwt {

inline constexpr std::size_t kLongestToken = 8 * 1024;

// What a token must say.
struct Rules {
  std::string issuer;
  std::string audience;       // one of the token's audiences
  std::string partner_claim;  // the top-level claim that names the partner, taken literally
  Millis leeway{};            // between the provider's clock and ours, on exp and nbf
};

// What a good token says.
struct Claims {
  std::string partner;  // as it stands there: whether there is such a partner is not known here
  std::string subject;  // "sub", empty when there is none
};

enum class Fault {
  malformed,    // not a JWS in compact form, or a header that is not taken
  unknown_key,  // no key of that `kid`: the provider may have a new one
  bad_signature,
  expired,
  not_yet_valid,
  wrong_issuer,
  wrong_audience,
  bad_claims  // a claim is missing or of the wrong type
};
std::string_view to_string(Fault fault);

// Judges one token (RFC 7515 compact form, RFC 7519 claims, by the advice of RFC 8725). Claims are
// looked at only after the signature was found good. Refused besides: every algorithm but RS256 and
// ES256, a key of the other type than the algorithm's, `crit` and `b64` in the header, a `typ` that
// is no access token's or plain JWT's, and a token without `exp`.
std::variant<Claims, Fault> judge(std::string_view token, const KeySet& keys, const Rules& rules,
                                  Time now);

// The `kid` that a token's header names, without judging anything; nullopt when there is none.
std::optional<std::string> key_id_of(std::string_view token);

}  // namespace webhooks::jwt
