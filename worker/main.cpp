#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <thread>

#include "common/base/signals.h"
#include "common/http/server.h"
#include "common/json/event_catalog.h"
#include "common/json/event_text.h"
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

int serve(const WorkerConfig& config) {
  TerminationSignals signals;  // first: every thread inherits the mask
  const SystemClock clock;
  SystemRandom random;
  const json::EventCatalog catalog;

  const auto backend = store::open_backend(config.database);
  backend->migrate();
  const auto session = backend->connect();

  const auto tls = open_tls(config.ca_file);
  const auto outbound = std::make_shared<Outbound>(
      make_cares_resolver(), tls, EgressPolicy(config.allow_cidrs), OutboundLimits{});
  const AttemptPolicy attempts{
      {config.retry_schedule}, config.attempt_timeout, {.allow_http = config.allow_http}};
  Metrics metrics(config.senders);
  SenderPool pool(
      config.senders, [&] { return make_httplib_sender(outbound); },
      [&](Sender& sender, store::Claim claim) {
        store::Settlement settlement =
            make_attempt(sender, std::move(claim), attempts, clock, random);
        if (settlement.attempted) metrics.attempted(settlement);
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
                                                        if (!loop->is_healthy())
                                                          return "the store fails";
                                                        return std::nullopt;
                                                      },
                                                      [&] { return metrics.text(); }}));
  ops.start();

  TurnPolicy policy;
  policy.worker = worker_name(config, ops.port());
  policy.lease = lease_for(config.attempt_timeout);
  policy.poll = config.poll;
  policy.drain_timeout = config.drain_timeout;
  policy.check = [&catalog](const store::OutboxRow& row) {
    return json::check_outbox_row(catalog, row.id, row.type, row.contract, row.subject, row.data,
                                  row.occurred_at, row.expires_at);
  };
  policy.abandon = [&outbound] { outbound->abort(); };
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
  if (config.allow_http || !config.allow_cidrs.empty())
    log::warn("worker.unsafe_settings",
              {{"allow_http", config.allow_http}, {"allow_cidrs", config.allow_cidrs.size()}});

  log::info("worker.stopping", {{"signal", signals.wait()}});
  turns.request_stop();
  turns.join();
  running = nullptr;
  ops.stop(1s);
  log::info("worker.stopped");
  return 0;
}

}  // namespace
}  // namespace webhooks::worker

int main(int argc, char** argv) {
  webhooks::worker::WorkerConfig config;
  const auto resolved = webhooks::options::resolve(webhooks::worker::describe(config),
                                                   std::span<const char* const>(argv, argc),
                                                   webhooks::options::environment());
  if (const auto* const exit = std::get_if<webhooks::options::Exit>(&resolved)) {
    (exit->code == 0 ? std::cout : std::cerr) << exit->text << std::endl;
    return exit->code;
  }
  if (const auto problem = config.validate()) {
    std::cerr << "webhooks-worker: " << *problem << std::endl;
    return 2;
  }
  webhooks::log::configure(config.log_level, config.log_format);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return webhooks::worker::serve(config);
  } catch (const std::invalid_argument& error) {
    std::cerr << "webhooks-worker: " << error.what() << std::endl;
    return 2;
  } catch (const std::exception& error) {
    webhooks::log::error("worker.failed", {{"error", error.what()}});
    return 1;
  }
}
