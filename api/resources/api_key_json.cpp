#include "api/resources/api_key_json.h"

#include "common/json/writer.h"

namespace webhooks::api {
namespace {

void write_members(json::Writer& out, const ApiKey& key) {
  out.field("id", key.id.value).field("role", to_string(key.role)).key("partner_id");
  if (key.partner)
    out.value(key.partner->value);
  else
    out.value(nullptr);
  out.field("name", key.name)
      .field("created_at", key.created_at)
      .field("expires_at", key.expires_at)
      .field("last_used_at", key.last_used_at);
}

}  // namespace

std::string api_key_json(const ApiKey& key, const std::string& secret) {
  json::Writer out;
  out.begin_object();
  write_members(out, key);
  out.field("key", secret).end_object();
  return out.take();
}

std::string api_keys_json(const std::vector<ApiKey>& keys) {
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const ApiKey& key : keys) {
    out.begin_object();
    write_members(out, key);
    out.end_object();
  }
  out.end_array().end_object();
  return out.take();
}

}  // namespace webhooks::api
