#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/access/auth.h"
#include "api/wire/route.h"
#include "common/base/random.h"
#include "common/domain/secret_vault.h"

namespace webhooks::api {

// The Idempotency-Key of a POST (draft-ietf-httpapi-idempotency-key-header), if it has one.
std::optional<std::string_view> idempotency_key(const http::Request& request);

// Wraps the unit of a POST with this key. In the unit's own transaction: the same key with the same
// request answers what the first one answered, marked with `Idempotent-Replayed: true`; with
// another request it answers 422. Only good answers are kept: what failed left nothing behind and
// may be tried again. Kept answers can hold a new secret, so they are sealed with the first of
// `replay_keys`, 32 bytes each, and opened with any of them. `random` must outlive the unit.
WriteUnit idempotent(const Call& call, std::string_view key, std::vector<std::string> replay_keys,
                     Random& random, WriteUnit unit);

// The replay keys of a caller. An API key yields one that the database alone does not. A user's
// tokens change, so there it is made of who the user is and of the vault's keys; without any, a
// kept answer is as safe as the secrets, which then stand in the database as they are.
std::vector<std::string> replay_keys_of(const Identity& identity, std::string_view token,
                                        const SecretVault& vault);

// nullopt: the header's value is fine; else what is wrong with it.
std::optional<http::Reply> refused_idempotency_key(std::string_view key);

}  // namespace webhooks::api
