#pragma once

#include <string>

#include "api/wire/route.h"
#include "common/base/random.h"

namespace webhooks::api {

// /webhooks/{id}/secret and …/secret/rotate. `random` must outlive what is returned.
http::Reply read_secret(const Call& call, store::WebhookStore& webhooks);
Outcome rotate_secret(const Call& call, Random& random);

// 32 random bytes: a webhook's signing key.
std::string new_secret(Random& random);

}  // namespace webhooks::api
