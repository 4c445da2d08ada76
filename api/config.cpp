#include "api/config.h"

#include "api/export/export.h"
#include "api/portal/portal.h"
#include "api/wire/cors.h"
#include "common/base/log_options.h"
#include "common/store/backend.h"

namespace webhooks::api {
namespace {

using options::address;
using options::duration;
using options::flag;
using options::list;
using options::number;
using options::size;
using options::text;

constexpr std::size_t kKiB = 1024;

std::vector<options::Option> common_options(ApiConfig& config) {
  return {
      text("database", "URL", config.database, "Where everything is kept, as sqlite:PATH"),
      options::log_level(config.log_level, "The least important lines to log"),
      options::log_format(config.log_format, "How lines are written to standard error"),
  };
}

std::vector<options::Option> jwt_options(ApiConfig& config) {
  return {
      text("jwt-jwks-file", "FILE", config.jwt_jwks_file,
           "The identity provider's keys as a JWK Set; read again now and then"),
      text("jwt-jwks-url", "URL", config.jwt_jwks_url,
           "The same by https, instead of a file; fetched in the background"),
      text("jwt-ca-file", "FILE", config.jwt_ca_file,
           "Trust roots for that URL in PEM, instead of the system's"),
      text("jwt-issuer", "TEXT", config.jwt_issuer, "What a JWT's iss must be"),
      text("jwt-audience", "TEXT", config.jwt_audience, "What a JWT's aud must name"),
      text("jwt-partner-claim", "NAME", config.jwt_partner_claim,
           "The claim of a JWT that names its partner"),
      duration("jwt-leeway", config.jwt_leeway, Millis(0), std::chrono::minutes(10),
               "How far the identity provider's clock may be off ours"),
  };
}

std::optional<std::string> why_not_jwt(const ApiConfig& config) {
  if (!config.takes_jwts()) {
    if (!config.jwt_issuer.empty() || !config.jwt_audience.empty())
      return "--jwt-jwks-file or --jwt-jwks-url: is required to take JWTs";
    return std::nullopt;
  }
  if (!config.jwt_jwks_file.empty() && !config.jwt_jwks_url.empty())
    return "--jwt-jwks-url: must not be given beside --jwt-jwks-file";
  const bool is_http = config.allow_http && config.jwt_jwks_url.starts_with("http://");
  if (!config.jwt_jwks_url.empty() && !config.jwt_jwks_url.starts_with("https://") && !is_http)
    return "--jwt-jwks-url: must begin with https://";
  if (config.jwt_issuer.empty()) return "--jwt-issuer: is required to take JWTs";
  if (config.jwt_audience.empty()) return "--jwt-audience: is required to take JWTs";
  if (config.jwt_partner_claim.empty()) return "--jwt-partner-claim: must not be empty";
  return std::nullopt;
}

std::vector<options::Option> serve_options(ApiConfig& config) {
  auto all = common_options(config);
  all.push_back(
      address("listen", config.listen, "Where the API is served; port 0 takes a free one"));
  all.push_back(
      address("ops-listen", config.ops_listen, "Where /healthz, /readyz and /metrics are served"));
  all.push_back(
      flag("allow-http", config.allow_http, "Development only: accept http:// as a webhook's URL"));
  all.push_back(list<Cidr>(
      "allow-cidr", "CIDR", config.allow_cidr,
      [](const std::string& text) { return parse_cidr(text); }, "a network such as 127.0.0.0/8",
      "Development only: addresses a webhook's URL may name although they are not globally "
      "routable"));
  all.push_back(list<std::string>(
      "cors-origin", "ORIGIN", config.cors_origins,
      [](const std::string& text) { return is_origin(text) ? std::optional(text) : std::nullopt; },
      "an origin such as https://partner.example, or *",
      "A web origin whose pages may call the API"));
  all.push_back(list<std::string>(
      "portal-origin", "ORIGIN", config.portal_origins,
      [](const std::string& text) {
        return Portal::is_embedding_origin(text) ? std::optional(text) : std::nullopt;
      },
      "an origin such as https://portal.example",
      "A web origin whose pages may embed the portal page and sign its reader in"));
  all.push_back(
      text("time-zone", "ZONE", config.time_zone, "The IANA time zone of export file names"));
  for (auto& option : jwt_options(config)) all.push_back(std::move(option));
  for (auto& option : config.secrets.describe()) all.push_back(std::move(option));
  all.push_back(number("rate-limit", config.rate_limit, 0, 10'000,
                       "Requests a second that each partner's key or user may keep up, and twenty "
                       "times as many each other key; 0: no limit"));
  all.push_back(number("rate-burst", config.rate_burst, 1, 100'000,
                       "Requests that may come at once before --rate-limit holds"));
  all.push_back(number("io-threads", config.io_threads, 1, 64, "Threads that serve connections"));
  all.push_back(
      number("slow-threads", config.slow_threads, 1, 16, "Threads for answers that take long"));
  all.push_back(size("max-body", config.max_body, 64 * kKiB, 128 * kKiB * kKiB,
                     "The largest body of POST /events; other bodies are at most 256 KiB"));
  all.push_back(
      duration("drain-timeout", config.drain_timeout, Millis(0), std::chrono::minutes(10),
               "How long requests in flight may take to end when the process is asked to stop"));
  return all;
}

std::vector<options::Option> check_options(ApiConfig& config) {
  auto all = serve_options(config);
  all.push_back(flag("json", config.commands.json, "Print JSON instead of a table"));
  return all;
}

std::vector<options::Option> health_options(ApiConfig& config) {
  return {address("ops-listen", config.ops_listen, "The ops port of the process that is asked")};
}

}  // namespace

std::optional<std::string> ApiConfig::validate(const std::string& command) const {
  if (command == "health")
    return ops_listen.port == 0 ? std::optional("--ops-listen: must name a port") : std::nullopt;
  try {
    store::open_backend(database);
  } catch (const std::invalid_argument& error) {
    return std::string("--database: ") + error.what();
  }
  const bool serves = command == "serve" || command == "config check";
  if (serves && listen.port != 0 && listen.port == ops_listen.port &&
      listen.host == ops_listen.host)
    return "--ops-listen: must not be the same address as --listen";
  if (serves && !export_file_name(Time{}, time_zone))
    return "--time-zone: there is no IANA time zone \"" + time_zone + '"';
  if (serves)
    if (auto why = why_not_jwt(*this)) return why;
  return commands.validate(command);
}

std::vector<ops::UnsafeSetting> ApiConfig::unsafe() const {
  auto found = ops::unsafe_targets(allow_http, allow_cidr);
  for (const std::string& origin : cors_origins)
    if (origin == "*")
      found.push_back({"--cors-origin *", "scripts of any web page may call the API"});
  return found;
}

std::variant<std::string, options::Exit> read_config(ApiConfig& config,
                                                     std::span<const char* const> arguments,
                                                     const options::Environment& environment,
                                                     std::vector<options::Setting>* settings) {
  options::Program program{"webhooks-api",
                           WEBHOOKS_VERSION,
                           "The REST API of Partner Webhooks",
                           {{"serve", "Serve the API", serve_options(config)}}};
  for (options::Command& command : commands::describe(config.commands, common_options(config)))
    program.commands.push_back(std::move(command));
  program.commands.push_back(
      {"config check", "Print what serve would run with, and who said so", check_options(config)});
  program.commands.push_back({"health", "Ask the process whether it is ready; --health is the same",
                              health_options(config), true});
  auto resolved = options::resolve(program, arguments, environment, settings);
  if (const auto* command = std::get_if<std::string>(&resolved))
    if (const auto why = config.validate(*command))
      return options::Exit{2, program.name + ": " + *why};
  return resolved;
}

}  // namespace webhooks::api
