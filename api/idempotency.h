#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "api/route.h"
#include "common/base/random.h"

namespace webhooks::api {

// The Idempotency-Key of a POST (draft-ietf-httpapi-idempotency-key-header), if it has one.
std::optional<std::string_view> idempotency_key(const http::Request& request);

// Wraps the unit of a POST with this key. In the unit's own transaction: the same key with the same
// request answers what the first one answered, marked with `Idempotent-Replayed: true`; with
// another request it answers 422. Only good answers are kept: what failed left nothing behind and
// may be tried again. Kept answers can hold a new secret, so they are sealed with `replay_key`, 32
// bytes that only this caller's credential yields; the database alone cannot open them. `random`
// must outlive the unit.
WriteUnit idempotent(const Call& call, std::string_view key, std::string replay_key, Random& random,
                     WriteUnit unit);

// The replay key of a caller: from what is the same at each of his requests, and best known to him
// alone.
std::string replay_key_of(std::string_view credential);

// nullopt: the header's value is fine; else what is wrong with it.
std::optional<http::Reply> refused_idempotency_key(std::string_view key);

}  // namespace webhooks::api
