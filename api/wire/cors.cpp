#include "api/wire/cors.h"

#include <algorithm>

namespace webhooks::api {
namespace {

constexpr std::string_view kExposed =
    "ETag, Location, Content-Disposition, X-Request-Id, Retry-After, Idempotent-Replayed, "
    "RateLimit, "
    "RateLimit-Policy";
constexpr std::string_view kAccepted =
    "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, X-Request-Id";

}  // namespace

bool Cors::allows(std::string_view origin) const {
  return std::any_of(origins_.begin(), origins_.end(),
                     [&](const std::string& one) { return one == "*" || one == origin; });
}

http::Fields Cors::fields(std::string_view origin) const {
  if (origins_.empty()) return {};
  http::Fields fields{{"Vary", "Origin"}};
  if (origin.empty() || !allows(origin)) return fields;
  fields.emplace_back("Access-Control-Allow-Origin", origin);
  fields.emplace_back("Access-Control-Expose-Headers", kExposed);
  return fields;
}

http::Reply Cors::options(const http::Request& request, const std::string& allow) const {
  http::Reply answer{204, {{"Allow", allow}}, "", {}, {}};
  const auto origin = request.header("Origin");
  if (!origin || !request.header("Access-Control-Request-Method") || !allows(*origin))
    return answer;
  answer.headers.emplace_back("Access-Control-Allow-Methods", allow);
  answer.headers.emplace_back("Access-Control-Allow-Headers", kAccepted);
  answer.headers.emplace_back("Access-Control-Max-Age", "600");
  return answer;
}

bool is_origin(std::string_view text) {
  if (text == "*") return true;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    const std::string_view rest = text.substr(scheme.size());
    return !rest.empty() && rest.find_first_of("/?#@ ") == std::string_view::npos &&
           std::none_of(rest.begin(), rest.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  }
  return false;
}

}  // namespace webhooks::api
