#include "common/domain/access.h"

namespace webhooks {

std::string_view to_string(Role role) {
  switch (role) {
    case Role::partner:
      return "partner";
    case Role::producer:
      return "producer";
    case Role::admin:
      return "admin";
  }
  return "";
}

std::optional<Role> role_from(std::string_view name) {
  for (const auto role : {Role::partner, Role::producer, Role::admin})
    if (to_string(role) == name) return role;
  return std::nullopt;
}

}  // namespace webhooks
