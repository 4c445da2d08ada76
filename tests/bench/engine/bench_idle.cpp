// A worker with nothing else to do: how soon after its commit an event is at its receiver, what
// waiting costs, and whether the write-ahead log is given back.
//   bench_idle [events]
#include <fmt/format.h>
#include <thread>

#include "tests/bench/engine/receiver.h"
#include "tests/bench/engine/stage.h"

using namespace webhooks;
using namespace webhooks::bench;
using namespace std::chrono_literals;

int main(int argc, char** argv) {
  const int events = argc > 1 ? std::atoi(argv[1]) : 300;
  const Receiver receiver;
  Stage stage(worker_beside(argv[0]));
  stage.add_webhooks(1, fmt::format("http://127.0.0.1:{}", receiver.port()));
  stage.start();
  std::vector<double> millis;
  for (int i = 0; i < events; ++i) {
    stage.publish(1, 0, 1);
    const auto committed = std::chrono::steady_clock::now();
    while (receiver.requests() <= i) std::this_thread::sleep_for(100us);
    millis.push_back(
        std::chrono::duration<double, std::milli>(receiver.last_came() - committed).count());
    std::this_thread::sleep_for(20ms);
  }
  std::this_thread::sleep_for(4s);  // until it rests
  const double before = stage.cpu_seconds();
  std::this_thread::sleep_for(5s);
  const double idle = (stage.cpu_seconds() - before) / 5;
  fmt::print(
      "idle: commit to receiver p50 {:.1f} ms, p99 {:.1f} ms over {} events; waiting takes {:.1f} "
      "% "
      "of a core; log {} bytes\n",
      percentile(millis, 0.5), percentile(millis, 0.99), events, idle * 100, stage.log_bytes());
}
