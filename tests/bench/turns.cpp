// How many deliveries a second the store's turns carry when attempts cost nothing: fan-out, claim
// and settle of EVENTS events over WEBHOOKS webhooks, in turns of SENDERS. Reports; asserts
// nothing.
//   bench_turns [events] [webhooks] [senders] [subjects]
#include <chrono>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fmt/format.h>
#include <utility>

#include "common/domain/health.h"
#include "common/store/backend.h"

using namespace webhooks;
using namespace webhooks::store;

namespace {

int argument(int argc, char** argv, int at, int fallback) {
  return argc > at ? std::atoi(argv[at]) : fallback;
}

Settlement settled(Claim claim, Time now) {
  Outcome outcome;
  outcome.status_code = 204;
  return {std::move(claim), true, now, now, outcome, Delivered{}};
}

}  // namespace

int main(int argc, char** argv) {
  const int events = argument(argc, argv, 1, 50'000);
  const int webhooks = argument(argc, argv, 2, 10);
  const int senders = argument(argc, argv, 3, 64);
  const int subjects = argument(argc, argv, 4, 1000);
  std::string folder = "/tmp/webhooks-bench-XXXXXX";
  if (!::mkdtemp(folder.data())) return 1;
  const auto backend = open_backend("sqlite:" + folder + "/bench.db");
  backend->migrate();
  const auto session = backend->connect();
  const PartnerId partner{"bench"};
  const Time start = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  for (int i = 0; i < webhooks; ++i) {
    const ContractId contract{"C" + std::to_string(i)};
    session->contracts().put({contract, partner, "bench", true}, Time());
    session->webhooks().create({{fmt::format("wh_{:026}", i)},
                                partner,
                                {contract,
                                 "https://a.example/",
                                 {EventType::product_added},
                                 WebhookStatus::active,
                                 DeliveryOrder::by_subject,
                                 ""},
                                std::string(32, 's'),
                                start});
  }
  const std::string data = R"({"product_id":"PR-7","pad":")" + std::string(500, 'x') + "\"}";
  std::vector<Event> batch;
  for (int i = 0; i < events; ++i) {
    batch.push_back({{fmt::format("evt_{:012}", i)},
                     EventType::product_added,
                     {"C" + std::to_string(i % webhooks)},
                     "product/" + std::to_string(i % subjects),
                     start,
                     {},
                     data});
    if (batch.size() == 1000 || i + 1 == events)
      session->events().append(std::exchange(batch, {}), start);
  }

  TurnRequest request;
  request.worker = "bench";
  request.lease = std::chrono::seconds(30);
  request.check = [](const OutboxRow&) { return std::optional<std::string>(); };
  request.room = [](std::int64_t, const Health&) { return 1000; };
  int delivered = 0;
  int turns = 0;
  const auto begin = std::chrono::steady_clock::now();
  while (delivered < events) {
    request.now = std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
    request.capacity = Capacity::of(senders);
    delivered += static_cast<int>(request.settled.size());
    TurnResult result = session->turns().turn(request);
    request.settled.clear();
    for (Claim& claim : result.claims)
      request.settled.push_back(settled(std::move(claim), request.now));
    ++turns;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  fmt::print(
      "events {} webhooks {} senders {} subjects {}: {:.0f} deliveries/s, {} turns, {:.1f} us "
      "each\n",
      events, webhooks, senders, subjects, events / took.count(), turns,
      took.count() / events * 1e6);
  std::filesystem::remove_all(folder);
}
