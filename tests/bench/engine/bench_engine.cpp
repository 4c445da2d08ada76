// Durable deliveries a second of the real worker (outbox → attempt settled, synchronous=FULL),
// against the rate at which the same senders POST the same bodies to the same receiver with no
// database at all; alternating, medians of the rounds. CPU is that of senders and worker, without
// the receiver's.
//   bench_engine [events] [webhooks] [rounds] [plain|tls]
// Plain HTTP is the harder case: it makes the senders cheap, and the ratio worse than in service.
#include <fmt/format.h>
#include <latch>
#include <sys/resource.h>
#include <thread>
#include <utility>

#include "common/base/assert.h"
#include "common/base/log.h"
#include "tests/bench/engine/receiver.h"
#include "tests/bench/engine/stage.h"
#include "tests/support/test_certificates.h"
#include "worker/attempt.h"
#include "worker/outbound/outbound.h"
#include "worker/sender_pool.h"

using namespace webhooks;
using namespace webhooks::bench;
using namespace webhooks::worker;

namespace {

constexpr int kSenders = 64;

struct Run {
  double per_second = 0;
  double cpu_micros = 0;  // a delivery
};

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

struct Target {
  const Receiver& receiver;
  std::string scheme;

  std::string url() const { return fmt::format("{}://127.0.0.1:{}", scheme, receiver.port()); }
};

Run senders_alone(const Target& target, int events, int webhooks) {
  const json::EventCatalog catalog;
  const auto outbound = std::make_shared<Outbound>(
      make_cares_resolver(),
      std::make_shared<TlsContext>(TlsConfig{.ca_file = test::authority().file()}),
      EgressPolicy({parse_cidr("127.0.0.0/8").value()}), OutboundLimits{});
  const AttemptPolicy policy{{}, std::chrono::seconds(15), {.allow_http = true}};
  const SystemClock clock;
  SystemRandom random;
  std::latch done(events);
  std::vector<store::Claim> claims;
  for (int i = 0; i < events; ++i) {
    store::Claim claim;
    claim.event = sample_event(catalog, i, i % webhooks);
    claim.webhook = {webhook_name(i % webhooks)};
    claim.url = fmt::format("{}/{}", target.url(), i % webhooks);
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
  const double cpu = own_cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  pool.submit(std::move(claims));
  done.wait();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return {events / took.count(), (own_cpu_seconds() - cpu) / events * 1e6};
}

Run durable(const std::string& program, const Target& target, int events, int webhooks) {
  Stage stage(program);
  const Receiver& receiver = target.receiver;
  stage.add_webhooks(webhooks, target.url());
  stage.publish(events, 0, webhooks);
  const std::int64_t before = receiver.requests();
  stage.start({"--ca-file", test::authority().file()});
  while (receiver.requests() == before) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  const auto begin = std::chrono::steady_clock::now();
  while (receiver.requests() - before < events || !stage.is_done())
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return {events / took.count(), stage.stop() / events * 1e6};
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int at, int fallback) {
    return argc > at ? std::atoi(argv[at]) : fallback;
  };
  const int events = argument(1, 40'000);
  const int webhooks = argument(2, 10);
  const int rounds = argument(3, 7);
  log::configure(log::Level::warn, log::Format::text);
  const std::string scheme = argc > 4 && std::string_view(argv[4]) == "tls" ? "https" : "http";
  test::authority();  // the receiver's process inherits it
  const Receiver receiver(scheme == "https" ? Receiver::Manner::tls : Receiver::Manner::plain);
  const Target target{receiver, scheme};
  std::vector<double> ratios;
  std::vector<double> rates;
  for (int round = 0; round < rounds; ++round) {
    const Run alone = senders_alone(target, events, webhooks);
    const Run whole = durable(worker_beside(argv[0]), target, events, webhooks);
    rates.push_back(whole.per_second);
    ratios.push_back(whole.per_second / alone.per_second);
    fmt::print(
        "round {}: senders alone {:.0f}/s ({:.0f} us CPU each), durable {:.0f}/s ({:.0f} us), "
        "ratio {:.2f}\n",
        round + 1, alone.per_second, alone.cpu_micros, whole.per_second, whole.cpu_micros,
        ratios.back());
  }
  fmt::print(
      "engine: {} events, {} webhooks by {}: {:.0f} durable deliveries/s, {:.2f} of the senders "
      "alone\n",
      events, webhooks, scheme, median(rates), median(ratios));
}
