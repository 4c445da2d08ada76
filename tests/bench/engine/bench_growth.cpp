// Throughput of a worker over a database with a history and a backlog, and over one with many
// webhooks, against that over an empty one with few: alternating, medians of the rounds. The large
// databases are set up once: every round adds to them as many events as it delivers, so that the
// backlog stays what it is, and so that the disk has come to rest.
//   bench_growth [history] [waiting] [webhooks] [events] [rounds]
#include <fmt/format.h>
#include <thread>
#include <unistd.h>

#include "tests/bench/engine/receiver.h"
#include "tests/bench/engine/stage.h"

using namespace webhooks;
using namespace webhooks::bench;

namespace {

struct Size {
  int history = 0;
  int waiting = 0;
  int webhooks = 10;
};

struct Run {
  double per_second = 0;
  double resident_mib = 0;
};

// Deliveries that have ended, and ones that wait for their turn, by the million.
void age(Stage& stage, const Size& size) {
  const auto rows = [&](int count, const char* state, const char* due, const char* finished) {
    if (count == 0) return;
    stage.run_sql(fmt::format(
        R"sql(
PRAGMA synchronous = OFF;
BEGIN;
CREATE TEMP TABLE base AS SELECT coalesce((SELECT max(position) FROM outbox), 0) AS at,
  CAST(unixepoch() AS INTEGER) * 1000 AS now;
INSERT INTO outbox (position, id, type, contract_id, subject, data, occurred_at, received_at, status, matched)
  SELECT base.at + value, 'old_' || (base.at + value), 'flight_delay.status_changed', 'C' || (value % {0}),
         'old/' || value, hex(zeroblob(300)), base.now, base.now, 'dispatched', 1
  FROM base, generate_series(1, {1});
INSERT INTO delivery (event, webhook, sequence, subject, ordered, state, attempts_made, "trigger", due, created_at,
                      finished_at)
  SELECT base.at + value, 1 + value % {0}, base.at + value, 'old/' || (base.at + value), 1, '{2}', 1, 'schedule', {3},
         base.now, {4}
  FROM base, generate_series(1, {1});
INSERT INTO attempt SELECT base.at + value, 1 + value % {0}, 1, base.now, 5, 204, NULL, '', 'schedule'
  FROM base, generate_series(1, {1});
INSERT INTO queue SELECT 1 + value % {0}, base.now, base.at + value, base.at + value
  FROM base, generate_series(1, {1}) WHERE '{2}' = 'pending';
UPDATE flow SET last_sequence = (SELECT at FROM base) + {1},
  ready_at = (SELECT now FROM base) WHERE '{2}' = 'pending' OR last_sequence < (SELECT at FROM base) + {1};
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
)sql",
        size.webhooks, count, state, due, finished));
  };
  rows(size.history, "delivered", "NULL", "base.now");
  rows(size.waiting, "pending", "base.now", "NULL");
  ::sync();  // else the disk would still be at it while the worker is measured
}

// A database with all that a size says.
std::unique_ptr<Stage> set_up(const char* program, const Receiver& receiver, const Size& size) {
  auto stage = std::make_unique<Stage>(worker_beside(program));
  stage->add_webhooks(size.webhooks, fmt::format("http://127.0.0.1:{}", receiver.port()));
  age(*stage, size);
  return stage;
}

// `events` more for that stage, and as many delivered.
Run measure(Stage& stage, const Receiver& receiver, const Size& size, int events) {
  stage.publish(events, 0, size.webhooks);
  const std::int64_t before = receiver.requests();
  stage.start();
  const auto wait_for = [&](std::int64_t count) {
    while (receiver.requests() - before < count)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return std::chrono::steady_clock::now();
  };
  const auto begin = wait_for(events / 5);  // it has begun to work
  const std::chrono::duration<double> took = wait_for(events) - begin;
  const double resident = stage.resident_mib();
  stage.stop();
  return {events * 4 / 5 / took.count(), resident};
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int at, int fallback) {
    return argc > at ? std::atoi(argv[at]) : fallback;
  };
  const Size empty;
  const Size old{argument(1, 300'000), argument(2, 100'000), 10};
  const Size wide{0, 0, argument(3, 2'000)};
  const int events = argument(4, 20'000);
  const int rounds = argument(5, 3);
  const Receiver receiver;
  const auto old_stage = set_up(argv[0], receiver, old);
  const auto wide_stage = set_up(argv[0], receiver, wide);
  std::vector<double> grown;
  std::vector<double> many;
  double resident = 0;
  for (int round = 0; round < rounds; ++round) {
    const Run small = measure(*set_up(argv[0], receiver, empty), receiver, empty, events);
    const Run large = measure(*old_stage, receiver, old, events);
    const Run broad = measure(*wide_stage, receiver, wide, events);
    grown.push_back(large.per_second / small.per_second);
    many.push_back(broad.per_second / small.per_second);
    resident = std::max(resident, large.resident_mib);
    fmt::print("round {}: empty {:.0f}/s, grown {:.0f}/s, {} webhooks {:.0f}/s\n", round + 1,
               small.per_second, large.per_second, wide.webhooks, broad.per_second);
  }
  fmt::print(
      "growth: with {} rows of history and {} waiting {:.2f} of empty, worker {:.0f} MiB; with {} "
      "webhooks {:.2f} of 10\n",
      old.history, old.waiting, median(grown), resident, wide.webhooks, median(many));
}
