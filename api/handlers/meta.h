#pragma once

#include "api/wire/route.h"

namespace webhooks::api {

// GET /openapi.yaml: the contract, as built into the program.
http::Reply read_openapi(const Call& call);

}  // namespace webhooks::api
