#include "api/serving/idempotency.h"

#include <algorithm>

#include "api/wire/problem.h"
#include "common/base/encoding.h"
#include "common/domain/limits.h"
#include "common/domain/seal.h"
#include "common/domain/signature.h"
#include "common/json/parse.h"
#include "common/json/writer.h"

namespace webhooks::api {
namespace {

std::string serialised(const http::Reply& reply) {
  json::Writer out;
  out.begin_object().field("status", reply.status).key("headers").begin_array();
  for (const auto& [name, value] : reply.headers) out.value(name).value(value);
  out.end_array().field("body", reply.body).end_object();
  return out.take();
}

std::optional<http::Reply> parsed(std::string_view text) {
  const auto result = json::parse(text);
  const auto* document = std::get_if<json::Document>(&result);
  if (document == nullptr) return std::nullopt;
  http::Reply reply;
  reply.status = (*document)["status"].GetInt();
  const auto& headers = (*document)["headers"];
  for (rapidjson::SizeType i = 0; i + 1 < headers.Size(); i += 2)
    reply.headers.emplace_back(json::text_of(headers[i]), json::text_of(headers[i + 1]));
  reply.body = json::text_of((*document)["body"]);
  return reply;
}

std::optional<std::string> unsealed(const std::vector<std::string>& keys, std::string_view sealed) {
  for (const std::string& key : keys)
    if (auto plain = unseal(key, sealed)) return plain;
  return std::nullopt;
}

http::Reply reused(std::string detail) {
  return reply({422, "idempotency-key-reused", std::move(detail), {}, {}, {}});
}

}  // namespace

std::optional<std::string_view> idempotency_key(const http::Request& request) {
  if (request.method != "POST") return std::nullopt;
  return request.header("Idempotency-Key");
}

std::optional<http::Reply> refused_idempotency_key(std::string_view key) {
  const bool visible =
      std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!key.empty() && key.size() <= limits::kIdempotencyKeyLength && visible) return std::nullopt;
  return reply({400,
                "invalid-idempotency-key",
                "Idempotency-Key must be 1 to 255 visible ASCII characters.",
                {},
                {},
                {}});
}

std::vector<std::string> replay_keys_of(const Identity& identity, std::string_view token,
                                        const SecretVault& vault) {
  constexpr std::string_view kLabel = "partner-webhooks replay\n";
  if (identity.is_api_key) return {sha256(std::string(kLabel).append(token))};
  return vault.digests(std::string(kLabel).append(identity.principal.name));
}

WriteUnit idempotent(const Call& call, std::string_view key, std::vector<std::string> replay_keys,
                     Random& random, WriteUnit unit) {
  const http::Request& request = call.request;
  std::string fingerprint = sha256(request.method + '\n' + request.path + '\n' + request.body);
  return [scope = call.principal.name, key = std::string(key), fingerprint = std::move(fingerprint),
          replay_keys = std::move(replay_keys), now = call.now, &random,
          unit = std::move(unit)](store::Session& session) {
    if (const auto first = session.idempotency().find(scope, key, now)) {
      if (first->fingerprint != fingerprint)
        return reused(
            "This Idempotency-Key was used for another request within the last 24 hours.");
      const auto sealed = base64_decode(first->reply);
      const auto plain = sealed ? unsealed(replay_keys, *sealed) : std::nullopt;
      auto replay = plain ? parsed(*plain) : std::nullopt;
      if (!replay) return reused("This Idempotency-Key was used with another credential.");
      replay->headers.emplace_back("Idempotent-Replayed", "true");
      return std::move(*replay);
    }
    http::Reply answer = unit(session);
    if (answer.status < 400)
      session.idempotency().save(
          scope, key,
          {fingerprint, base64_encode(seal(replay_keys.front(), serialised(answer), random))}, now);
    return answer;
  };
}

}  // namespace webhooks::api
