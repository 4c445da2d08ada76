#pragma once

#include <vector>

#include "api/handlers/webhook_input.h"
#include "api/portal/portal.h"
#include "api/wire/route.h"
#include "common/base/random.h"
#include "common/json/event_catalog.h"

namespace webhooks::api {

// Every route of the API; openapi.yaml says the same. What it takes must outlive the routes.
std::vector<Route> make_routes(const WebhookRules& rules, const json::EventCatalog& catalog,
                               Random& random, const std::string& export_zone,
                               const Portal& portal);

}  // namespace webhooks::api
