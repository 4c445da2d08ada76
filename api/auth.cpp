#include "api/auth.h"

#include "common/base/ids.h"
#include "common/domain/signature.h"

namespace webhooks::api {
namespace {

constexpr std::string_view kKeyPrefix = "whk_";
constexpr std::size_t kLongestToken = 4096;

}  // namespace

std::optional<Principal> KeyAuthenticator::identify(std::string_view token, store::KeyStore& keys,
                                                    Time now) const {
  if (!token.starts_with(kKeyPrefix)) return std::nullopt;
  auto key = keys.find_valid(hash_of_key(token), now);
  if (!key) return std::nullopt;
  return Principal{key->role, std::move(key->partner), std::move(key->id.value)};
}

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
