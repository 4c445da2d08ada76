#pragma once

#include "api/wire/route.h"
#include "common/json/event_catalog.h"

namespace webhooks::api {

// GET /event-types.
http::Reply list_event_types(const Call& call, const json::EventCatalog& catalog);

}  // namespace webhooks::api
