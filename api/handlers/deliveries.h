#pragma once

#include "api/wire/route.h"
#include "common/base/random.h"
#include "common/json/event_catalog.h"

namespace webhooks::api {

// /webhooks/{id}/deliveries and /deliveries/{id}.
http::Reply list_deliveries(const Call& call, store::DeliveryStore& deliveries);
http::Reply read_delivery(const Call& call, store::DeliveryStore& deliveries);
Outcome retry_delivery(const Call& call);

// POST /webhooks/{id}/recover and …/test. `catalog` and `random` must outlive what is returned.
Outcome recover_deliveries(const Call& call);
Outcome test_webhook(const Call& call, const json::EventCatalog& catalog, Random& random);

}  // namespace webhooks::api
