#include "api/handlers/secrets.h"

#include "api/wire/body.h"
#include "api/wire/problem.h"
#include "api/wire/query.h"
#include "common/domain/limits.h"
#include "common/json/object_reader.h"
#include "common/json/writer.h"

namespace webhooks::api {
namespace {

http::Reply shown(const std::vector<SigningSecret>& secrets) {
  if (secrets.empty()) return not_found("webhook");
  json::Writer out;
  out.begin_object()
      .field("secret", show_secret(secrets.front()))
      .field("created_at", secrets.front().created_at)
      .key("previous")
      .begin_array();
  for (std::size_t i = 1; i < secrets.size(); ++i)
    out.begin_object()
        .field("secret", show_secret(secrets[i]))
        .field("created_at", secrets[i].created_at)
        .field("expires_at", secrets[i].expires_at)
        .end_object();
  out.end_array().end_object();
  return json_reply(200, out.take()).with("Cache-Control", "no-store");
}

}  // namespace

std::string new_secret(Random& random) {
  std::string bytes(32, '\0');
  random.fill(std::as_writable_bytes(std::span(bytes)));
  return bytes;
}

http::Reply read_secret(const Call& call, store::WebhookStore& webhooks) {
  Query query(call.request.query);
  if (auto errors = query.finish(); !errors.empty()) return invalid_query(std::move(errors));
  return shown(webhooks.secrets(call.partner(), WebhookId{call.ids[0]}, call.now));
}

Outcome rotate_secret(const Call& call, Random& random) {
  auto body = read_optional_body(call.request);
  if (auto* refused = std::get_if<http::Reply>(&body)) return std::move(*refused);
  std::vector<json::FieldError> errors;
  json::ObjectReader reader(std::get<json::Document>(body), errors);
  const auto longest =
      std::chrono::duration_cast<std::chrono::seconds>(limits::kLongestRotationOverlap).count();
  const auto overlap = reader.integer("overlap_seconds", json::Need::optional, 0, longest);
  reader.finish();
  if (!errors.empty()) return invalid_fields(std::move(errors));

  const Time old_until =
      call.now + (overlap ? Millis(std::chrono::seconds(*overlap)) : limits::kRotationOverlap);
  return [partner = call.partner(), id = WebhookId{call.ids[0]}, secret = new_secret(random),
          now = call.now, old_until](store::Session& session) {
    if (!session.webhooks().rotate_secret(partner, id, secret, now, old_until))
      return not_found("webhook");
    return shown(session.webhooks().secrets(partner, id, now));
  };
}

}  // namespace webhooks::api
