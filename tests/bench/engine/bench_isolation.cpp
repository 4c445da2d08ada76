// What webhooks that hang to the deadline cost the others: the healthy ones' throughput over a
// backlog, and the time from commit to receiver of single events, with as many hanging webhooks
// beside them and with none.
//   bench_isolation [healthy] [events] [rounds]
#include <fmt/format.h>
#include <thread>

#include "tests/bench/engine/receiver.h"
#include "tests/bench/engine/stage.h"

using namespace webhooks;
using namespace webhooks::bench;
using namespace std::chrono_literals;

namespace {

struct Run {
  double per_second = 0;
  double p99_ms = 0;
};

Run measure(const char* program, int healthy, int hanging, int events) {
  const Receiver good;
  const Receiver bad(Receiver::Manner::hang);
  Stage stage(worker_beside(program));
  stage.add_webhooks(healthy, fmt::format("http://127.0.0.1:{}", good.port()));
  stage.add_webhooks(hanging, fmt::format("http://127.0.0.1:{}", bad.port()));
  if (hanging > 0) stage.publish(events, healthy, hanging);
  stage.start({"--attempt-timeout", "2s"});
  // What is measured is what hanging costs, not the fanning out of as many events more.
  while (!stage.is_fanned_out()) std::this_thread::sleep_for(5ms);
  stage.publish(events, 0, healthy);
  const auto wait_for = [&](std::int64_t count) {
    while (good.requests() < count) std::this_thread::sleep_for(200us);
    return std::chrono::steady_clock::now();
  };
  const auto begin = wait_for(events / 5);
  const std::int64_t before = good.requests();  // more, where publishing took longer than that
  const std::chrono::duration<double> took = wait_for(events) - begin;
  std::vector<double> millis;
  for (int i = 0; i < 200; ++i) {
    stage.publish(1, i % healthy, 1);
    const auto committed = std::chrono::steady_clock::now();
    wait_for(events + i + 1);
    millis.push_back(
        std::chrono::duration<double, std::milli>(good.last_came() - committed).count());
    std::this_thread::sleep_for(10ms);
  }
  return {static_cast<double>(events - before) / took.count(), percentile(millis, 0.99)};
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int at, int fallback) {
    return argc > at ? std::atoi(argv[at]) : fallback;
  };
  const int healthy = argument(1, 20);
  const int events = argument(2, 20'000);
  const int rounds = argument(3, 3);
  std::vector<double> throughput;
  std::vector<double> latency;
  for (int round = 0; round < rounds; ++round) {
    const Run calm = measure(argv[0], healthy, 0, events);
    const Run rough = measure(argv[0], healthy, healthy, events);
    throughput.push_back(rough.per_second / calm.per_second);
    latency.push_back(rough.p99_ms / calm.p99_ms);
    fmt::print("round {}: alone {:.0f}/s, p99 {:.1f} ms; beside hanging ones {:.0f}/s, {:.1f} ms\n",
               round + 1, calm.per_second, calm.p99_ms, rough.per_second, rough.p99_ms);
  }
  fmt::print(
      "isolation: {} healthy beside {} that hang: {:.2f} of the throughput, p99 {:.1f} times\n",
      healthy, healthy, median(throughput), median(latency));
}
