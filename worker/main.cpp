#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>
#include <malloc.h>
#include <thread>

#include "common/base/descriptors.h"
#include "common/base/signals.h"
#include "common/http/server.h"
#include "common/json/event_catalog.h"
#include "common/json/event_text.h"
#include "common/ops/config_report.h"
#include "common/ops/health_probe.h"
#include "common/ops/ops_handler.h"
#include "common/store/backend.h"
#include "worker/attempt.h"
#include "worker/config.h"
#include "worker/metrics.h"
#include "worker/outbound/outbound.h"
#include "worker/turn_loop.h"

// The wiring diagram: every part, and who holds whom.
namespace webhooks::worker {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<TlsContext> open_tls(const std::string& ca_file) try {
  return std::make_shared<TlsContext>(TlsConfig{.ca_file = ca_file});
} catch (const std::runtime_error& error) {
  throw std::invalid_argument("ca-file: " + std::string(error.what()));
}

ResolverConfig resolver_config(const WorkerConfig& config) {
  ResolverConfig out;
  for (const options::Address& server : config.dns_servers)
    out.servers.push_back(options::format_address(server));
  return out;
}

// Threads that allocate share so many heaps. (As many as glibc takes, eight a core, each keep what
// they have freed: 8 MB with two cores, much more with many.)
constexpr int kHeaps = 4;

int serve(const WorkerConfig& config) {
  ::mallopt(M_ARENA_MAX, kHeaps);
  TerminationSignals signals;  // first: every thread inherits the mask
  const SystemClock clock;
  SystemRandom random;
  const json::EventCatalog catalog;

  const SecretVault vault = config.secrets.open();
  const auto backend = store::open_backend(config.database, vault);
  backend->migrate();
  const auto session = backend->connect();
  store::check_secrets(vault, *session);

  const auto tls = open_tls(config.ca_file);
  OutboundLimits limits;
  limits.pool.descriptors =
      std::min(limits.pool.descriptors, raise_descriptor_limit(2 * limits.pool.descriptors) / 2);
  limits.pool.idle_per_key = static_cast<std::size_t>(config.senders);
  const auto outbound = std::make_shared<Outbound>(make_cares_resolver(resolver_config(config)),
                                                   tls, EgressPolicy(config.allow_cidrs), limits);
  const AttemptPolicy attempts{
      {config.retry_schedule}, config.attempt_timeout, {.allow_http = config.allow_http}};
  Metrics metrics(config.senders, backend->engine());
  SenderPool pool(
      config.senders, [&] { return make_httplib_sender(outbound); },
      [&](Sender& sender, store::Claim claim) {
        metrics.began();
        store::Settlement settlement =
            make_attempt(sender, std::move(claim), attempts, clock, random);
        metrics.attempted(settlement);
        return settlement;
      });

  std::atomic<const TurnLoop*> running = nullptr;
  http::ServerConfig ops_config;
  ops_config.host = config.ops_listen.host;
  ops_config.port = config.ops_listen.port;
  http::Server ops(ops_config, ops::make_ops_handler({[&]() -> std::optional<std::string> {
                                                        const TurnLoop* const loop = running.load();
                                                        if (!loop)
                                                          return "the worker is not taking turns";
                                                        if (const auto why = loop->failure())
                                                          return "the database fails: " + *why;
                                                        return std::nullopt;
                                                      },
                                                      [&] { return metrics.text(); }}));
  ops.start();

  TurnPolicy policy;
  policy.worker = worker_name(config, ops.port());
  policy.lease = lease_for(config.attempt_timeout);
  policy.first_wait = config.retry_schedule.front();
  policy.poll = config.poll;
  policy.drain_timeout = config.drain_timeout;
  policy.disable_after = config.disable_after;
  policy.check = [&catalog](const store::OutboxRow& row) {
    return json::check_outbox_row(catalog, row.id, row.type, row.contract, row.subject, row.data,
                                  row.occurred_at, row.expires_at);
  };
  policy.abandon = [&outbound] { outbound->abort(); };
  policy.watch = [&metrics](const SenderPool::Load& load) { metrics.watched(load); };
  policy.housekeeping = [&outbound] { outbound->sweep(); };
  if (const auto given_back = session->turns().release_claims(policy.worker, clock.now());
      given_back > 0)
    log::warn("worker.resumed", {{"claims", given_back}});

  TurnLoop loop(session->turns(), pool, clock, policy,
                [&](const TurnReport& report) { metrics.turned(report); });
  std::jthread turns([&](const std::stop_token& stop) { loop.run(stop); });
  running = &loop;
  log::info("worker.started",
            {{"ops", options::format_address({config.ops_listen.host, ops.port()})},
             {"worker", policy.worker},
             {"senders", config.senders},
             {"version", WEBHOOKS_VERSION}});
  ops::shout("worker.unsafe_setting", config.unsafe());

  log::info("worker.stopping", {{"signal", signals.wait()}});
  turns.request_stop();
  turns.join();
  running = nullptr;
  ops.stop(1s);
  log::info("worker.stopped");
  return 0;
}

int check_config(const WorkerConfig& config, std::vector<options::Setting> settings) {
  open_tls(config.ca_file);
  config.secrets.open();
  ops::print_config(std::cout, std::move(settings), config.unsafe(), config.json);
  return 0;
}

int run(std::span<const char* const> arguments) {
  WorkerConfig config;
  std::vector<options::Setting> settings;
  const auto resolved =
      options::resolve(describe(config), arguments, options::environment(), &settings);
  if (const auto* const exit = std::get_if<options::Exit>(&resolved)) {
    (exit->code == 0 ? std::cout : std::cerr) << exit->text << std::endl;
    return exit->code;
  }
  const auto& command = std::get<std::string>(resolved);
  if (const auto problem = config.validate(command)) throw std::invalid_argument(*problem);
  log::configure(config.log_level, config.log_format);
  webhooks::survive_failing_writes();
  if (command == "config check") return check_config(config, std::move(settings));
  if (command == "health") return ops::run_health_command("webhooks-worker", config.ops_listen);
  return serve(config);
}

}  // namespace
}  // namespace webhooks::worker

int main(int argc, char** argv) {
  try {
    return webhooks::worker::run(
        std::span<const char* const>(argv, static_cast<std::size_t>(argc)));
  } catch (const std::invalid_argument& error) {
    std::cerr << "webhooks-worker: " << error.what() << std::endl;
    return 2;
  } catch (const std::exception& error) {
    webhooks::log::error("worker.failed", {{"error", error.what()}});
    return 1;
  }
}
