#include "api/jwks.h"

#include <stdexcept>

#include "api/jwt/fetch.h"
#include "common/base/log.h"

namespace webhooks::api {

std::unique_ptr<jwt::KeyRing> open_key_ring(const ApiConfig& config, Metrics& metrics) {
  if (!config.takes_jwts()) return nullptr;
  const jwt::KeyRingProbe probe{[&metrics](const jwt::KeySet& keys) {
                                  metrics.jwks_fetched(true, keys.entries.size());
                                  log::info("api.jwks_renewed", {{"keys", keys.entries.size()}});
                                },
                                [&metrics](const std::string& why) {
                                  metrics.jwks_fetched(false, 0);
                                  log::warn("api.jwks_failed", {{"error", why}});
                                }};
  if (config.jwt_jwks_file.empty())
    return std::make_unique<jwt::KeyRing>(
        jwt::url_source({config.jwt_jwks_url, config.jwt_ca_file, config.allow_http}),
        jwt::FetchSchedule::Waits{}, nullptr, probe);

  const auto source = jwt::file_source(config.jwt_jwks_file);
  std::string why;
  try {
    auto first = jwt::parse_key_set(source({}));
    if (auto* keys = std::get_if<jwt::KeySet>(&first)) {
      constexpr std::chrono::seconds kReadAgain{10};
      constexpr std::chrono::seconds kReadForUnknown{1};
      return std::make_unique<jwt::KeyRing>(
          source, jwt::FetchSchedule::Waits{kReadAgain, kReadAgain, kReadAgain, kReadForUnknown},
          std::make_shared<const jwt::KeySet>(std::move(*keys)), probe);
    }
    why = std::get<std::string>(first);
  } catch (const std::runtime_error& error) {
    why = error.what();
  }
  throw std::invalid_argument("--jwt-jwks-file: " + config.jwt_jwks_file + ' ' + why);
}

}  // namespace webhooks::api
