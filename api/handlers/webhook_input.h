#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "common/domain/ip_address.h"
#include "common/domain/target_url.h"
#include "common/domain/webhook.h"
#include "common/json/field_error.h"
#include "common/json/rapidjson.h"

namespace webhooks::api {

// Which URLs a webhook may have.
struct WebhookRules {
  UrlRules url;
  EgressPolicy egress;  // for a URL whose host is an address: what the worker would refuse is
                        // refused here too
};

// A change to a webhook's settings; nullopt leaves one as it is.
struct WebhookPatch {
  std::optional<ContractId> contract;
  std::optional<std::string> url;
  std::optional<std::vector<EventType>> event_types;
  std::optional<WebhookStatus> status;
  std::optional<DeliveryOrder> delivery_order;
  std::optional<std::string> description;

  WebhookSettings applied_to(WebhookSettings settings) const;
};

using FieldErrors = std::vector<json::FieldError>;

// A whole representation, as POST and PUT take it; what is optional and missing gets its default.
std::variant<WebhookSettings, FieldErrors> webhook_settings(const json::Value& body,
                                                            const WebhookRules& rules);

// A merge patch (RFC 7396): null takes an optional member back to its default, and is an error for
// the others.
std::variant<WebhookPatch, FieldErrors> webhook_patch(const json::Value& body,
                                                      const WebhookRules& rules);

}  // namespace webhooks::api
