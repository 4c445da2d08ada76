#pragma once

#include "api/handlers/webhook_input.h"
#include "api/wire/route.h"
#include "common/base/random.h"

namespace webhooks::api {

// /webhooks and /webhooks/{id}. `rules` and `random` must outlive what is returned.
Outcome create_webhook(const Call& call, const WebhookRules& rules, Random& random);
http::Reply read_webhook(const Call& call, store::WebhookStore& webhooks);
http::Reply list_webhooks(const Call& call, store::WebhookStore& webhooks);
Outcome replace_webhook(const Call& call, const WebhookRules& rules);
Outcome patch_webhook(const Call& call, const WebhookRules& rules);
Outcome delete_webhook(const Call& call);

}  // namespace webhooks::api
