#include "api/access/gate.h"

#include "api/wire/problem.h"

namespace webhooks::api {
namespace {

// RFC 6750 §3; `fault` becomes its error parameter.
http::Reply unauthorized(std::string code, std::string detail, std::string_view fault) {
  std::string challenge = "Bearer realm=\"partner-webhooks\"";
  if (!fault.empty()) challenge.append(", ").append(fault);
  return reply(
      {401, std::move(code), std::move(detail), {}, {{"WWW-Authenticate", challenge}}, {}});
}

http::Reply refused(Refusal why) {
  switch (why) {
    case Refusal::invalid:
      return unauthorized("invalid-credentials", "The key or token is not valid, or no longer.",
                          "error=\"invalid_token\"");
    case Refusal::expired:
      return unauthorized("token-expired", "The token has expired; get a new one.",
                          "error=\"invalid_token\", error_description=\"The token has expired\"");
    case Refusal::unknown_partner:
      return reply({403,
                    "unknown-partner",
                    "The token is good, but names a partner that is not known here.",
                    {},
                    {},
                    {}});
    case Refusal::keys_unavailable:
      return unavailable("The identity provider's keys are being fetched; try again soon.");
  }
  return internal_error();
}

http::Reply forbidden(Role role) {
  return reply({403,
                "role-not-allowed",
                "Keys of role " + std::string(to_string(role)) + " may not use this route.",
                {},
                {},
                {}});
}

http::Reply too_many(const RateVerdict& verdict) {
  return reply({429,
                "rate-limited",
                "Too many requests; wait as long as Retry-After says.",
                {},
                {{"Retry-After", retry_after_header(verdict)}},
                {}});
}

}  // namespace

Admission Gate::admit(const Route& route, const Call& call, store::KeyStore& keys) {
  const auto header = call.request.header("Authorization");
  if (!header)
    return {
        unauthorized("credentials-required", "Send Authorization: Bearer followed by a key.", ""),
        {},
        {}};
  const auto token = bearer_token(*header);
  if (!token) return {refused(Refusal::invalid), {}, {}};
  auto identified = authenticator_.identify(*token, keys, call.now);
  if (const auto* why = std::get_if<Refusal>(&identified)) return {refused(*why), {}, {}};

  auto& identity = std::get<Identity>(identified);
  const Role role = identity.principal.role;
  http::Fields headers;
  const Rate rate = rate_.times(role == Role::partner ? 1 : kPlatformFactor);
  std::string name = identity.principal.name;
  if (rate.is_limited()) {
    const auto verdict = limiter_.take(name, rate, call.now);
    headers = {{"RateLimit-Policy", rate_policy_header(rate)},
               {"RateLimit", rate_limit_header(verdict)}};
    if (!verdict.admitted) return {too_many(verdict), std::move(name), std::move(headers)};
  }
  if (!route.access.admits(role)) return {forbidden(role), std::move(name), std::move(headers)};
  return {std::move(identity), std::move(name), std::move(headers)};
}

}  // namespace webhooks::api
