#include "common/domain/access.h"

#include "common/base/names.h"

namespace webhooks {
namespace {

constexpr Names<Role, 3> kRoles{{
    {Role::partner, "partner"},
    {Role::producer, "producer"},
    {Role::admin, "admin"},
}};

}  // namespace

std::string_view to_string(Role role) { return name_of(kRoles, role); }

std::optional<Role> role_from(std::string_view name) { return value_of(kRoles, name); }

}  // namespace webhooks
