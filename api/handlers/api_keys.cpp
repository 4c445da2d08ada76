#include "api/handlers/api_keys.h"

#include "api/access/auth.h"
#include "api/handlers/fields.h"
#include "api/resources/api_key_json.h"
#include "api/wire/body.h"
#include "api/wire/problem.h"
#include "api/wire/query.h"
#include "common/base/ids.h"
#include "common/domain/limits.h"

namespace webhooks::api {
http::Reply list_api_keys(const Call& call, store::KeyStore& keys) {
  Query query(call.request.query);
  if (auto errors = query.finish(); !errors.empty()) return invalid_query(std::move(errors));
  return json_reply(200, api_keys_json(keys.list()));
}

Outcome create_api_key(const Call& call, Random& random) {
  auto body = read_body(call.request);
  if (auto* refused = std::get_if<http::Reply>(&body)) return std::move(*refused);
  std::vector<json::FieldError> errors;
  json::ObjectReader reader(std::get<json::Document>(body), errors);
  ApiKey key;
  key.id = {random_token("key_", random)};
  key.created_at = call.now;
  std::optional<Role> role;
  if (const auto name = reader.text("role", json::Need::required)) {
    role = role_from(*name);
    if (!role) reader.refuse("role", "not_allowed", "must be one of: partner, producer, admin");
  }
  if (auto partner = reader.text("partner_id", json::Need::optional)) {
    if (!is_partner_id(*partner))
      reader.refuse("partner_id", "invalid_id", "must be 1 to 64 letters, digits, '.', '_' or '-'");
    key.partner = PartnerId{std::move(*partner)};
  }
  if (role == Role::partner && !key.partner)
    reader.refuse("partner_id", "required", "is missing, for role partner");
  if (role && role != Role::partner && key.partner)
    reader.refuse("partner_id", "not_allowed", "is only for role partner");
  if (auto name = reader.text("name", json::Need::optional)) {
    check_text(reader, "name", *name, limits::kNameLength);
    key.name = std::move(*name);
  }
  key.expires_at = reader.time("expires_at", json::Need::optional);
  if (key.expires_at && *key.expires_at <= call.now)
    reader.refuse("expires_at", "out_of_range", "must lie ahead");
  reader.finish();
  if (!errors.empty()) return invalid_fields(std::move(errors));

  key.role = *role;
  return [key = std::move(key), secret = new_api_key(random)](store::Session& session) {
    session.keys().add(key, hash_of_key(secret));
    return json_reply(201, api_key_json(key, secret))
        .with("Location", "/api-keys/" + key.id.value)
        .with("Cache-Control", "no-store");
  };
}

Outcome delete_api_key(const Call& call) {
  return [id = ApiKeyId{call.ids[0]}](store::Session& session) -> http::Reply {
    if (!session.keys().remove(id)) return not_found("API key");
    return {204, {}, "", {}, {}};
  };
}

}  // namespace webhooks::api
