#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"
#include "common/domain/ids.h"

namespace webhooks {

enum class Role { partner, producer, admin };
std::string_view to_string(Role role);
std::optional<Role> role_from(std::string_view name);

// An API key as it is kept: never the key itself, only its SHA-256.
struct ApiKey {
  ApiKeyId id;
  Role role{};
  std::optional<PartnerId> partner;  // set exactly for role partner
  std::string name;
  Time created_at;
  std::optional<Time> expires_at;
  std::optional<Time> last_used_at;
};

// Who a request comes from.
struct Principal {
  Role role{};
  std::optional<PartnerId> partner;  // set exactly for role partner
  std::string name;  // what rate limits, idempotency and the log count by: a key's id, or the same
                     // for every token of one user of an identity provider
};

}  // namespace webhooks
