#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/commands/options.h"
#include "common/base/log.h"
#include "common/base/option_values.h"
#include "common/base/options.h"
#include "common/domain/ip_address.h"
#include "common/ops/unsafe_settings.h"
#include "common/store/secrets_options.h"

namespace webhooks::api {

// What `webhooks-api` can be told, with its defaults.
struct ApiConfig {
  std::string database = "sqlite:data/webhooks.db";
  log::Level log_level = log::Level::info;
  log::Format log_format = log::Format::text;

  // serve
  options::Address listen{"127.0.0.1", 8080};
  options::Address ops_listen{"127.0.0.1", 9090};
  bool allow_http = false;       // development: webhooks may have http:// URLs
  std::vector<Cidr> allow_cidr;  // development: webhooks may have these addresses
  std::vector<std::string> cors_origins;
  std::vector<std::string> portal_origins;  // whose pages may embed the portal page
  std::string time_zone = "UTC";            // of export file names
  std::string jwt_jwks_file;                // neither file nor URL: no JWTs are taken
  std::string jwt_jwks_url;
  std::string jwt_ca_file;
  std::string jwt_issuer;
  std::string jwt_audience;
  std::string jwt_partner_claim = "partner_id";
  Millis jwt_leeway = std::chrono::seconds(60);
  store::SecretsOptions secrets;
  int rate_limit = 100;  // requests a second of a partner's key or user; 0: no limit
  int rate_burst = 500;
  int io_threads = 2;
  int slow_threads = 2;
  std::size_t max_body = std::size_t{8} << 20;
  Millis drain_timeout = std::chrono::seconds(20);

  commands::Options commands;  // every other command

  bool takes_jwts() const { return !jwt_jwks_file.empty() || !jwt_jwks_url.empty(); }

  // Rules across options; nullopt: all hold. The message names the option.
  std::optional<std::string> validate(const std::string& command) const;

  // What of it gives up a protection.
  std::vector<ops::UnsafeSetting> unsafe() const;
};

// Reads the configuration into `config`; the command to run, or the end of the process. `settings`
// as in options::resolve.
std::variant<std::string, options::Exit> read_config(
    ApiConfig& config, std::span<const char* const> arguments,
    const options::Environment& environment, std::vector<options::Setting>* settings = nullptr);

}  // namespace webhooks::api
