#pragma once

#include <memory>

#include "api/config.h"
#include "api/jwt/key_ring.h"
#include "api/serving/metrics.h"

namespace webhooks::api {

// The identity provider's keys, or null when no JWTs are taken. A file is read at once, and a bad
// one is a mistake of configuration: std::invalid_argument. A URL is not waited for: until its
// first answer JWTs alone are refused, with 503, and the service counts as ready, because API keys
// do not depend on the provider. `metrics` must outlive it.
std::unique_ptr<jwt::KeyRing> open_key_ring(const ApiConfig& config, Metrics& metrics);

}  // namespace webhooks::api
