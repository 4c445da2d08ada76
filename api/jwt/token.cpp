#include "api/jwt/token.h"

#include <algorithm>
#include <cmath>

#include "common/base/encoding.h"
#include "common/base/names.h"
#include "common/json/parse.h"

namespace webhooks::jwt {
namespace {

constexpr Names<Fault, 8> kFaults{{
    {Fault::malformed, "malformed"},
    {Fault::unknown_key, "unknown_key"},
    {Fault::bad_signature, "bad_signature"},
    {Fault::expired, "expired"},
    {Fault::not_yet_valid, "not_yet_valid"},
    {Fault::wrong_issuer, "wrong_issuer"},
    {Fault::wrong_audience, "wrong_audience"},
    {Fault::bad_claims, "bad_claims"},
}};

struct Parts {
  std::string_view header, payload, signature;
  std::string_view signed_content;  // header and payload as they were signed
};

std::optional<Parts> split(std::string_view token) {
  if (token.size() > kLongestToken) return std::nullopt;
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  if (token.find('.', second + 1) != std::string_view::npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
               token.substr(second + 1), token.substr(0, second)};
}

std::optional<json::Document> object(std::string_view encoded) {
  const auto text = base64url_decode(encoded);
  if (!text) return std::nullopt;
  auto parsed = json::parse(*text);
  auto* document = std::get_if<json::Document>(&parsed);
  if (document == nullptr || !document->IsObject()) return std::nullopt;
  return std::move(*document);
}

std::optional<std::string> text(const json::Value& object, const std::string& name) {
  const auto member = object.FindMember(name);
  if (member == object.MemberEnd() || !member->value.IsString()) return std::nullopt;
  return std::string(json::text_of(member->value));
}

// Explicit typing (RFC 8725 §3.11): tokens made for something else, such as a logout, are not
// taken. Media types compare without case, and "application/" may be left out.
bool is_token_type(const json::Value& header) {
  if (!header.HasMember("typ")) return true;
  std::string type = text(header, "typ").value_or("");
  for (char& c : type)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  if (type.starts_with("application/")) type.erase(0, 12);
  return type == "jwt" || type == "at+jwt";
}

struct Header {
  Algorithm algorithm{};
  std::optional<std::string> key_id;
};

std::optional<Header> read_header(std::string_view encoded) {
  const auto header = object(encoded);
  if (!header) return std::nullopt;
  const auto algorithm = algorithm_from(text(*header, "alg").value_or(""));
  if (!algorithm || header->HasMember("crit") || header->HasMember("b64") ||
      !is_token_type(*header))
    return std::nullopt;
  auto id = text(*header, "kid");
  if (header->HasMember("kid") && !id) return std::nullopt;
  return Header{*algorithm, std::move(id)};
}

enum class Presence { missing, wrong, there };

// A NumericDate (RFC 7519 §2): seconds, perhaps with a fraction.
Presence read_time(const json::Value& claims, const char* name, Time& time) {
  constexpr double kYear10000 = 253'402'300'800;
  const auto member = claims.FindMember(name);
  if (member == claims.MemberEnd()) return Presence::missing;
  if (!member->value.IsNumber()) return Presence::wrong;
  const double seconds = member->value.GetDouble();
  if (!(seconds >= 0 && seconds < kYear10000)) return Presence::wrong;
  time = Time(Millis(static_cast<std::int64_t>(std::floor(seconds * 1000))));
  return Presence::there;
}

bool is_for(const json::Value& claims, const std::string& audience) {
  const auto member = claims.FindMember("aud");
  if (member == claims.MemberEnd()) return false;
  if (member->value.IsString()) return json::text_of(member->value) == audience;
  if (!member->value.IsArray()) return false;
  const auto all = member->value.GetArray();
  return std::any_of(all.begin(), all.end(), [&](const json::Value& one) {
    return one.IsString() && json::text_of(one) == audience;
  });
}

std::variant<Claims, Fault> judge_claims(const json::Value& claims, const Rules& rules, Time now) {
  Time expires;
  Time begins;
  if (read_time(claims, "exp", expires) != Presence::there) return Fault::bad_claims;
  const auto has_begin = read_time(claims, "nbf", begins);
  if (has_begin == Presence::wrong) return Fault::bad_claims;
  if (text(claims, "iss") != rules.issuer) return Fault::wrong_issuer;
  if (!is_for(claims, rules.audience)) return Fault::wrong_audience;
  if (now >= expires + rules.leeway) return Fault::expired;
  if (has_begin == Presence::there && now + rules.leeway < begins) return Fault::not_yet_valid;
  auto partner = text(claims, rules.partner_claim);
  auto subject = text(claims, "sub");
  if (!partner || (claims.HasMember("sub") && !subject)) return Fault::bad_claims;
  return Claims{std::move(*partner), std::move(subject).value_or("")};
}

}  // namespace

std::string_view to_string(Fault fault) { return name_of(kFaults, fault); }

std::optional<std::string> key_id_of(std::string_view token) {
  const auto parts = split(token);
  const auto header = parts ? read_header(parts->header) : std::nullopt;
  return header ? header->key_id : std::nullopt;
}

std::variant<Claims, Fault> judge(std::string_view token, const KeySet& keys, const Rules& rules,
                                  Time now) {
  const auto parts = split(token);
  if (!parts) return Fault::malformed;
  const auto header = read_header(parts->header);
  const auto signature = base64url_decode(parts->signature);
  if (!header || !signature) return Fault::malformed;

  const auto candidates = keys.candidates(header->algorithm, header->key_id);
  if (candidates.empty())
    return header->key_id && !keys.knows(*header->key_id) ? Fault::unknown_key
                                                          : Fault::bad_signature;
  const bool genuine = std::any_of(candidates.begin(), candidates.end(), [&](const PublicKey* key) {
    return key->verifies(parts->signed_content, *signature);
  });
  if (!genuine) return Fault::bad_signature;
  const auto claims = object(parts->payload);
  if (!claims) return Fault::malformed;
  return judge_claims(*claims, rules, now);
}

}  // namespace webhooks::jwt
