#include "api/jwt/key_set.h"

#include <algorithm>

#include "common/base/encoding.h"
#include "common/json/parse.h"

namespace webhooks::jwt {
namespace {

constexpr std::size_t kLongestKeyId = 255;

std::optional<std::string> text(const json::Value& object, const char* name) {
  const auto member = object.FindMember(name);
  if (member == object.MemberEnd() || !member->value.IsString()) return std::nullopt;
  return std::string(json::text_of(member->value));
}

std::string bytes(const json::Value& jwk, const char* name) {
  return base64url_decode(text(jwk, name).value_or("")).value_or("");
}

// A key that says what it is for must say that it is for us (RFC 7517 §4.2, §4.3, §4.4).
bool is_for_verifying(const json::Value& jwk, std::string_view algorithm) {
  if (jwk.HasMember("use") && text(jwk, "use") != "sig") return false;
  if (jwk.HasMember("alg") && text(jwk, "alg") != algorithm) return false;
  const auto operations = jwk.FindMember("key_ops");
  if (operations == jwk.MemberEnd()) return true;
  if (!operations->value.IsArray()) return false;
  const auto all = operations->value.GetArray();
  return std::any_of(all.begin(), all.end(),
                     [](const json::Value& one) { return one.IsString() && one == "verify"; });
}

}  // namespace

std::vector<const PublicKey*> KeySet::candidates(Algorithm algorithm,
                                                 const std::optional<std::string>& id) const {
  std::vector<const PublicKey*> found;
  if (!id && entries.size() != 1) return found;
  for (const Entry& entry : entries)
    if ((!id || entry.id == id) && entry.key.algorithm() == algorithm) found.push_back(&entry.key);
  return found;
}

bool KeySet::knows(const std::string& id) const {
  return std::any_of(entries.begin(), entries.end(),
                     [&](const Entry& entry) { return entry.id == id; });
}

std::variant<KeySet, std::string> parse_key_set(std::string_view text_of_set) {
  if (text_of_set.size() > kLongestKeySet) return "is longer than 256 KiB";
  const auto parsed = json::parse(text_of_set);
  const auto* document = std::get_if<json::Document>(&parsed);
  if (document == nullptr) return "is not JSON: " + std::get<json::ParseError>(parsed).message;
  if (!document->IsObject() || !document->HasMember("keys") || !(*document)["keys"].IsArray())
    return "is no JWK Set: it has no array \"keys\"";
  const auto keys = (*document)["keys"].GetArray();
  if (keys.Size() > kMostKeys) return "has more than " + std::to_string(kMostKeys) + " keys";

  KeySet set;
  std::string passed_over;
  for (rapidjson::SizeType i = 0; i < keys.Size(); ++i) {
    const json::Value& jwk = keys[i];
    const std::string which = "key " + std::to_string(i + 1);
    if (!jwk.IsObject()) return which + " is no object";
    const auto type = text(jwk, "kty");
    const bool is_rsa = type == "RSA" && is_for_verifying(jwk, "RS256");
    const bool is_p256 =
        type == "EC" && text(jwk, "crv") == "P-256" && is_for_verifying(jwk, "ES256");
    if (!is_rsa && !is_p256) continue;
    if (jwk.HasMember("d")) return which + " is a private key";
    auto id = text(jwk, "kid");
    if (jwk.HasMember("kid") && (!id || id->empty() || id->size() > kLongestKeyId))
      return which + " has a kid that is not 1 to 255 bytes of text";
    auto key = is_rsa ? PublicKey::rsa(bytes(jwk, "n"), bytes(jwk, "e"))
                      : PublicKey::p256(bytes(jwk, "x"), bytes(jwk, "y"));
    if (!key) {
      if (passed_over.empty())
        passed_over = which + " is no RSA key of 2048 to 8192 bits nor a point of P-256";
      continue;
    }
    set.entries.push_back({std::move(id), std::move(*key)});
  }
  if (set.entries.empty())
    return passed_over.empty() ? "has no key for RS256 or ES256" : passed_over;
  return set;
}

}  // namespace webhooks::jwt
