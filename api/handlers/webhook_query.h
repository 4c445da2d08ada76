#pragma once

#include "api/wire/query.h"
#include "common/store/webhook_store.h"

namespace webhooks::api {

// The filters and the sort that the list and the export share; errors are noted in `query`.
store::WebhookQuery webhook_query(Query& query, const PartnerId& partner);

}  // namespace webhooks::api
