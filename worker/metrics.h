#pragma once

#include <map>
#include <memory>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <string_view>
#include <utility>

#include "common/base/guarded.h"
#include "worker/turn_loop.h"

namespace webhooks::worker {

// What the worker counts. Labels come from closed sets only (verdicts and error classes).
// Thread-safe.
class Metrics {
 public:
  // `engine`: the store's name and version.
  Metrics(int senders, const std::string& engine);

  // In Prometheus' text format 0.0.4.
  std::string text() const;

  // Around each attempt, on its sender's thread.
  void began();
  void attempted(const store::Settlement& settlement);
  void turned(const TurnReport& report);
  // Now and then, on the turn's thread.
  void watched(const SenderPool::Load& load);

 private:
  prometheus::Counter& attempts_of(std::string_view verdict, std::string_view error);

  std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Counter>& attempts_;
  // By verdict and error; the family's own lookup by labels costs ten times as much.
  Guarded<std::map<std::pair<std::string_view, std::string_view>, prometheus::Counter*>>
      attempts_by_label_;
  prometheus::Histogram& attempt_seconds_;
  prometheus::Histogram& delivery_seconds_;
  prometheus::Histogram& turn_seconds_;
  prometheus::Family<prometheus::Counter>& events_;
  prometheus::Counter& dispatched_;
  prometheus::Counter& rejected_;
  prometheus::Counter& unmatched_;
  prometheus::Counter& created_;
  prometheus::Counter& expired_;
  prometheus::Counter& superseded_;
  prometheus::Counter& cancelled_;
  prometheus::Counter& reclaimed_;
  prometheus::Counter& lost_;
  prometheus::Counter& deactivated_;
  prometheus::Counter& removed_;
  prometheus::Counter& one_by_one_;
  prometheus::Histogram& claims_;
  prometheus::Gauge& in_flight_;
  prometheus::Gauge& busy_;
  prometheus::Gauge& windows_;
  prometheus::Gauge& window_slots_;
};

}  // namespace webhooks::worker
