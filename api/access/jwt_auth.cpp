#include "api/access/jwt_auth.h"

#include "common/base/encoding.h"
#include "common/base/log.h"
#include "common/domain/signature.h"

namespace webhooks::api {
namespace {

// One name for all tokens of a user, whatever their issue; a hash, because `sub` may be an address
// of e-mail and the name goes into the log.
std::string name_of(const jwt::Rules& rules, const jwt::Claims& claims) {
  const std::string whole = rules.issuer + '\n' + claims.partner + '\n' + claims.subject;
  return "jwt_" + base32hex_encode(sha256(whole).substr(0, 16));
}

}  // namespace

Identified JwtAuthenticator::identify(std::string_view token, store::KeyStore& keys,
                                      Time now) const {
  const auto set = ring_.keys();
  if (!set) return Refusal::keys_unavailable;
  const auto judged = jwt::judge(token, *set, rules_, now);
  if (const auto* fault = std::get_if<jwt::Fault>(&judged)) {
    log::info("api.token_refused", {{"why", jwt::to_string(*fault)}});
    if (*fault == jwt::Fault::expired) return Refusal::expired;
    if (*fault == jwt::Fault::unknown_key && ring_.ask()) return Refusal::keys_unavailable;
    return Refusal::invalid;
  }
  const auto& claims = std::get<jwt::Claims>(judged);
  if (!is_partner_id(claims.partner) || !keys.knows(PartnerId{claims.partner}))
    return Refusal::unknown_partner;
  return Identity{{Role::partner, PartnerId{claims.partner}, name_of(rules_, claims)}, false};
}

Identified AnyAuthenticator::identify(std::string_view token, store::KeyStore& keys,
                                      Time now) const {
  if (tokens_ == nullptr || is_api_key(token)) return keys_.identify(token, keys, now);
  return tokens_->identify(token, keys, now);
}

}  // namespace webhooks::api
