#pragma once

#include <optional>
#include <string>

#include "common/domain/webhook.h"
#include "common/store/sqlite/connection.h"

namespace webhooks::store::sqlite {

// The columns that read_webhook() takes, in its order, from `webhook w`.
inline constexpr std::string_view kWebhookColumns =
    "w.key, w.id, w.partner_id, w.number, w.contract_id, w.url, w.status, w.status_reason, "
    "w.delivery_order,"
    " w.description, w.version, w.created_at, w.updated_at, w.event_types";

Webhook read_webhook(const Rows& row);

// Event types, in the order of kEventTypes, as webhook.event_types has them.
std::string event_types_column(const std::vector<EventType>& types);

// The key of the partner's webhook; nullopt when there is none of that id.
std::optional<std::int64_t> webhook_key(Connection& db, const PartnerId& partner,
                                        const WebhookId& id);

}  // namespace webhooks::store::sqlite
