#pragma once

#include "api/wire/route.h"
#include "common/base/random.h"

namespace webhooks::api {

// /api-keys. `random` must outlive what is returned.
http::Reply list_api_keys(const Call& call, store::KeyStore& keys);
Outcome create_api_key(const Call& call, Random& random);
Outcome delete_api_key(const Call& call);

}  // namespace webhooks::api
