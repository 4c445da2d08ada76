#pragma once

#include "api/wire/route.h"
#include "common/base/random.h"
#include "common/json/event_catalog.h"

namespace webhooks::api {

// /events. `catalog` and `random` must outlive what is returned.
Outcome publish_events(const Call& call, const json::EventCatalog& catalog, Random& random);
http::Reply read_event(const Call& call, store::EventStore& events);

}  // namespace webhooks::api
