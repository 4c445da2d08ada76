#include "api/access/auth.h"

#include "common/base/ids.h"
#include "common/domain/signature.h"

namespace webhooks::api {
namespace {

constexpr std::string_view kKeyPrefix = "whk_";
constexpr std::size_t kLongestToken = 8 * 1024;  // JWTs with many claims

}  // namespace

Identified KeyAuthenticator::identify(std::string_view token, store::KeyStore& keys,
                                      Time now) const {
  if (!is_api_key(token)) return Refusal::invalid;
  auto key = keys.find_valid(hash_of_key(token), now);
  if (!key) return Refusal::invalid;
  return Identity{{key->role, std::move(key->partner), std::move(key->id.value)}, true};
}

bool is_api_key(std::string_view token) { return token.starts_with(kKeyPrefix); }

std::optional<std::string_view> bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (authorization.size() <= kScheme.size() || authorization.size() > kLongestToken)
    return std::nullopt;
  for (std::size_t i = 0; i < kScheme.size(); ++i)
    if ((authorization[i] | 0x20) != kScheme[i]) return std::nullopt;
  std::string_view token = authorization.substr(kScheme.size());
  while (token.starts_with(' ')) token.remove_prefix(1);
  if (token.empty() || token.find(' ') != std::string_view::npos) return std::nullopt;
  return token;
}

std::string new_api_key(Random& random) { return random_token(kKeyPrefix, random); }

std::string hash_of_key(std::string_view key) { return sha256(key); }

}  // namespace webhooks::api
