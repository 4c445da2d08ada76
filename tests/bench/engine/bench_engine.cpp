// Durable deliveries a second of the real worker (outbox → attempt settled, synchronous=FULL),
// against the rate at which the same senders POST the same bodies to the same receiver with no
// database at all; alternating, medians of the rounds.
//   bench_engine [events] [webhooks] [rounds]
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <latch>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "common/base/assert.h"
#include "common/base/log.h"
#include "common/json/event_catalog.h"
#include "common/store/backend.h"
#include "tests/bench/engine/receiver.h"
#include "worker/attempt.h"
#include "worker/outbound/outbound.h"
#include "worker/sender_pool.h"

extern char** environ;

using namespace webhooks;
using namespace webhooks::worker;

namespace {

constexpr int kSenders = 64;
const PartnerId kPartner{"bench"};

Time now() { return SystemClock().now(); }

Event event_of(const json::EventCatalog& catalog, int serial, int webhooks) {
  const auto& entry = catalog.entry(EventType::flight_delay_status_changed);
  return {{fmt::format("evt_{:012}", serial)},
          entry.type,
          {"C" + std::to_string(serial % webhooks)},
          "booking/" + std::to_string(serial % 997),
          now(),
          {},
          std::string(entry.example)};
}

std::string url_of(const bench::Receiver& receiver, int webhook) {
  return fmt::format("http://127.0.0.1:{}/{}", receiver.port(), webhook);
}

// The senders alone.
double posts_per_second(const json::EventCatalog& catalog, const bench::Receiver& receiver,
                        int events, int webhooks) {
  const auto outbound = std::make_shared<Outbound>(
      make_cares_resolver(), std::make_shared<TlsContext>(TlsConfig{}),
      EgressPolicy({parse_cidr("127.0.0.0/8").value()}), OutboundLimits{});
  const AttemptPolicy policy{{}, std::chrono::seconds(15), {.allow_http = true}};
  const SystemClock clock;
  SystemRandom random;
  std::latch done(events);
  std::vector<store::Claim> claims;
  for (int i = 0; i < events; ++i) {
    store::Claim claim;
    claim.event = event_of(catalog, i, webhooks);
    claim.webhook = {fmt::format("wh_{:026}", i % webhooks)};
    claim.url = url_of(receiver, i % webhooks);
    claim.secrets = {std::string(32, 's')};
    claim.sequence = i + 1;
    claim.lease_until = Time::max();
    claims.push_back(std::move(claim));
  }
  SenderPool pool(
      kSenders, [&] { return make_httplib_sender(outbound); },
      [&](Sender& sender, store::Claim claim) {
        store::Settlement settlement =
            make_attempt(sender, std::move(claim), policy, clock, random);
        WEBHOOKS_ASSERT(settlement.outcome.succeeded());
        done.count_down();
        return settlement;
      });
  const auto begin = std::chrono::steady_clock::now();
  pool.submit(std::move(claims));
  done.wait();
  return events / std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void fill(store::Session& session, const json::EventCatalog& catalog,
          const bench::Receiver& receiver, int events, int webhooks) {
  for (int i = 0; i < webhooks; ++i) {
    const ContractId contract{"C" + std::to_string(i)};
    session.contracts().put({contract, kPartner, "bench", true});
    session.webhooks().create({{fmt::format("wh_{:026}", i)},
                               kPartner,
                               {contract,
                                url_of(receiver, i),
                                {EventType::flight_delay_status_changed},
                                WebhookStatus::active,
                                DeliveryOrder::by_subject,
                                ""},
                               std::string(32, 's'),
                               now()});
  }
  std::vector<Event> batch;
  for (int i = 0; i < events; ++i) {
    batch.push_back(event_of(catalog, i, webhooks));
    if (batch.size() == 1000 || i + 1 == events)
      session.events().append(std::exchange(batch, {}), now());
  }
}

// Deliveries that have not ended, over all webhooks.
std::int64_t unfinished(store::Session& session, int events, int webhooks) {
  std::int64_t delivered = 0;
  for (int i = 0; i < webhooks; ++i) {
    store::DeliveryQuery query;
    query.states = {DeliveryState::pending, DeliveryState::sending};
    query.limit = 1;
    const auto last = session.events().find({fmt::format("evt_{:012}", events - 1 - i)});
    if (!last || last->status == EventStatus::pending) return events;
    delivered += static_cast<std::int64_t>(session.deliveries()
                                               .list(kPartner, {fmt::format("wh_{:026}", i)}, query)
                                               ->deliveries.size());
  }
  return delivered;
}

// The real worker process over a database of its own.
double deliveries_per_second(const std::string& program, const json::EventCatalog& catalog,
                             const bench::Receiver& receiver, int events, int webhooks) {
  std::string folder = "/tmp/webhooks-bench-XXXXXX";
  WEBHOOKS_ASSERT(::mkdtemp(folder.data()) != nullptr);
  const std::string url = "sqlite:" + folder + "/bench.db";
  const auto backend = store::open_backend(url);
  backend->migrate();
  const auto session = backend->connect();
  fill(*session, catalog, receiver, events, webhooks);
  const char* const arguments[] = {program.c_str(), "--database",   url.c_str(),    "--ops-listen",
                                   "127.0.0.1:0",   "--allow-http", "--allow-cidr", "127.0.0.0/8",
                                   "--log-level",   "warn",         nullptr};
  pid_t worker = 0;
  const auto begin = std::chrono::steady_clock::now();
  WEBHOOKS_ASSERT(::posix_spawn(&worker, program.c_str(), nullptr, nullptr,
                                const_cast<char**>(arguments), environ) == 0);
  while (unfinished(*session, events, webhooks) > 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const double took =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  ::kill(worker, SIGTERM);
  ::waitpid(worker, nullptr, 0);
  std::filesystem::remove_all(folder);
  return events / took;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int at, int fallback) {
    return argc > at ? std::atoi(argv[at]) : fallback;
  };
  const int events = argument(1, 40'000);
  const int webhooks = argument(2, 10);
  const int rounds = argument(3, 3);
  log::configure(log::Level::warn, log::Format::text);
  const json::EventCatalog catalog;
  const bench::Receiver receiver;
  const std::string program =
      (std::filesystem::path(argv[0]).parent_path() / "webhooks-worker").string();
  std::vector<double> alone;
  std::vector<double> durable;
  for (int round = 0; round < rounds; ++round) {
    alone.push_back(posts_per_second(catalog, receiver, events, webhooks));
    durable.push_back(deliveries_per_second(program, catalog, receiver, events, webhooks));
    fmt::print("round {}: senders alone {:.0f}/s, durable {:.0f}/s, ratio {:.2f}\n", round + 1,
               alone.back(), durable.back(), durable.back() / alone.back());
  }
  fmt::print(
      "engine: {} events, {} webhooks: {:.0f} durable deliveries/s, {:.2f} of the senders alone\n",
      events, webhooks, median(durable), median(durable) / median(alone));
}
