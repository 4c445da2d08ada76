#pragma once

#include <optional>
#include <string>

#include "common/domain/webhook.h"
#include "common/json/writer.h"

namespace webhooks::api {

// A webhook as every route shows it.
void write_webhook(json::Writer& out, const Webhook& webhook);

// Alone, with its secret where it was just created.
std::string webhook_json(const Webhook& webhook,
                         const std::optional<std::string>& secret = std::nullopt);

}  // namespace webhooks::api
