#include <cstdio>
#include <iostream>

#include "api/access/jwt_auth.h"
#include "api/commands/command.h"
#include "api/config.h"
#include "api/jwks.h"
#include "api/portal/portal.h"
#include "api/routes.h"
#include "api/serving/pipeline.h"
#include "api/serving/readiness.h"
#include "api/serving/store_metrics.h"
#include "api/wire/security_headers.h"
#include "common/base/signals.h"
#include "common/domain/limits.h"
#include "common/http/server.h"
#include "common/ops/config_report.h"
#include "common/ops/health_probe.h"
#include "common/ops/ops_handler.h"

namespace webhooks::api {
namespace {

http::ServerConfig server_config(const options::Address& address, int io_threads,
                                 std::size_t max_body) {
  http::ServerConfig config;
  config.host = address.host;
  config.port = address.port;
  config.io_threads = io_threads;
  config.limits.body = max_body;
  return config;
}

// Who holds whom: everything is made here, from the database outwards, and ends in the opposite
// order.
int serve(const ApiConfig& config) {
  const TerminationSignals stop_signals;
  const SystemClock clock;
  SystemRandom random;

  const SecretVault vault = config.secrets.open();
  const auto backend = store::open_backend(config.database, vault);
  backend->migrate();
  store::check_secrets(vault, *backend->connect());
  const json::EventCatalog catalog;
  const WebhookRules rules{{config.allow_http, limits::kUrlLength},
                           EgressPolicy(config.allow_cidr)};
  const Cors cors(config.cors_origins);
  const Portal portal(config.portal_origins);
  const Router router(make_routes(rules, catalog, random, config.time_zone, portal));

  Metrics metrics(backend->engine());
  KeyUsage key_usage;
  Sessions sessions(*backend);
  const auto key_ring = open_key_ring(config, metrics);
  const KeyAuthenticator key_authenticator;
  std::optional<JwtAuthenticator> jwt_authenticator;
  if (key_ring)
    jwt_authenticator.emplace(*key_ring, jwt::Rules{config.jwt_issuer, config.jwt_audience,
                                                    config.jwt_partner_claim, config.jwt_leeway});
  const AnyAuthenticator authenticator(key_authenticator,
                                       jwt_authenticator ? &*jwt_authenticator : nullptr);
  const Rate rate{config.rate_limit, config.rate_burst};
  Gate gate(authenticator, rate);
  Committer committer(
      [&] { return backend->connect(); }, {},
      {[&](std::size_t units, std::chrono::nanoseconds took) { metrics.committed(units, took); }});
  SlowPool slow(static_cast<std::size_t>(config.slow_threads), 64);
  const Pipeline pipeline(
      {router, cors, gate, sessions, committer, slow, metrics, key_usage, clock, random, vault});
  Readiness readiness(sessions, clock);
  StoreMetrics store_metrics(sessions, clock);

  auto api_config = server_config(config.listen, config.io_threads, limits::kBodyBytes);
  api_config.limits.large_body_of = "POST /events";
  api_config.limits.large_body = config.max_body;
  api_config.problem_headers = [&](std::string_view origin) {
    auto fields = cors.fields(origin);
    add_security_headers(fields);
    return fields;
  };
  http::Server server(api_config, [&](http::Request request, http::Responder responder) {
    pipeline.handle(std::move(request), std::move(responder));
  });
  http::Server ops_server(
      server_config(config.ops_listen, 1, 4096),
      ops::make_ops_handler(
          {[&] { return readiness.why_not(); },
           [&] { return metrics.text(committer.waiting()) + store_metrics.text(); }}));
  server.start();
  ops_server.start();
  log::info("api.listening",
            {{"address", options::format_address({config.listen.host, server.port()})},
             {"ops", options::format_address({config.ops_listen.host, ops_server.port()})}});

  ops::shout("api.unsafe_setting", config.unsafe());

  const int signal = stop_signals.wait();
  log::info("api.stopping", {{"signal", signal}});
  readiness.stopping();
  server.stop(config.drain_timeout);
  slow.drain();
  committer.drain();
  ops_server.stop(Millis(0));
  log::info("api.stopped");
  return 0;
}

int run_command(const std::string& name, const ApiConfig& config) {
  const SystemClock clock;
  SystemRandom random;
  const auto backend = store::open_backend(config.database, config.commands.vault());
  return commands::run(name, {config.commands, *backend, clock, random, std::cout, std::cerr});
}

int check_config(const ApiConfig& config, std::vector<options::Setting> settings) {
  config.secrets.open();
  ops::print_config(std::cout, std::move(settings), config.unsafe(), config.commands.json);
  return 0;
}

int run(std::span<const char* const> arguments) {
  ApiConfig config;
  std::vector<options::Setting> settings;
  const auto command = read_config(config, arguments, options::environment(), &settings);
  if (const auto* exit = std::get_if<options::Exit>(&command)) {
    (exit->code == 0 ? std::cout : std::cerr) << exit->text << std::endl;
    return exit->code;
  }
  log::configure(config.log_level, config.log_format);
  const auto& name = std::get<std::string>(command);
  if (name == "serve") return serve(config);
  if (name == "config check") return check_config(config, std::move(settings));
  if (name == "health") return ops::run_health_command("webhooks-api", config.ops_listen);
  return run_command(name, config);
}

}  // namespace
}  // namespace webhooks::api

int main(int argc, char** argv) {
  webhooks::survive_failing_writes();
  try {
    return webhooks::api::run(std::span<const char* const>(argv, static_cast<std::size_t>(argc)));
  } catch (const std::invalid_argument& error) {
    std::cerr << "webhooks-api: " << error.what() << std::endl;
    return 2;
  } catch (const std::exception& error) {
    webhooks::log::error("api.failed", {{"error", error.what()}});
    return 1;
  }
}
