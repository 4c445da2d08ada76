#pragma once

#include "common/base/ids.h"

namespace webhooks {

using PartnerId = Id<struct PartnerTag>;
using ContractId = Id<struct ContractTag>;
using WebhookId = Id<struct WebhookTag>;    // wh_…
using EventId = Id<struct EventTag>;        // evt_… or the producer's own
using DeliveryId = Id<struct DeliveryTag>;  // dlv_…
using ApiKeyId = Id<struct ApiKeyTag>;      // key_…

// 1 to 64 of letters, digits, '.', '_', '-'.
bool is_contract_id(std::string_view text);
// As a contract's.
bool is_partner_id(std::string_view text);
// 1 to 64 of letters, digits, '_', '-'. No '.': it separates the signed parts (Standard Webhooks).
bool is_event_id(std::string_view text);
// 1 to 200 bytes of UTF-8 without control characters.
bool is_subject(std::string_view text);

}  // namespace webhooks
