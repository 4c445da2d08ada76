#include "worker/metrics.h"

#include <prometheus/text_serializer.h>

namespace webhooks::worker {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

const prometheus::Histogram::BucketBoundaries kSeconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                       0.25,  0.5,    1,     2.5,  5,     10,   30};

const prometheus::Histogram::BucketBoundaries kCounts{0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

double seconds(Millis duration) { return std::chrono::duration<double>(duration).count(); }

prometheus::Counter& counter(prometheus::Registry& registry, const std::string& name,
                             const std::string& help) {
  return BuildCounter().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Gauge& gauge(prometheus::Registry& registry, const std::string& name,
                         const std::string& help) {
  return BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

prometheus::Histogram& histogram(prometheus::Registry& registry, const std::string& name,
                                 const std::string& help) {
  return BuildHistogram().Name(name).Help(help).Register(registry).Add({}, kSeconds);
}

}  // namespace

Metrics::Metrics(int senders, const std::string& engine)
    : registry_(std::make_shared<prometheus::Registry>()),
      attempts_(BuildCounter()
                    .Name("webhooks_attempts_total")
                    .Help("Attempts by verdict and by error class; an answer of any status has "
                          "error \"none\".")
                    .Register(*registry_)),
      attempt_seconds_(
          histogram(*registry_, "webhooks_attempt_duration_seconds", "How long attempts took.")),
      delivery_seconds_(
          histogram(*registry_, "webhooks_delivery_latency_seconds",
                    "From the event's commit to the outbox to its successful delivery.")),
      turn_seconds_(histogram(*registry_, "webhooks_turn_duration_seconds",
                              "How long turns took, commit included.")),
      events_(BuildCounter()
                  .Name("webhooks_events_total")
                  .Help("Outbox events by what became of them.")
                  .Register(*registry_)),
      dispatched_(events_.Add({{"status", "dispatched"}})),
      rejected_(events_.Add({{"status", "rejected"}})),
      unmatched_(counter(*registry_, "webhooks_events_unmatched_total",
                         "Dispatched events that no active webhook subscribed to.")),
      created_(counter(*registry_, "webhooks_deliveries_created_total",
                       "Deliveries that events were fanned out to.")),
      expired_(counter(*registry_, "webhooks_deliveries_expired_total",
                       "Deliveries whose event expired first.")),
      superseded_(counter(*registry_, "webhooks_deliveries_superseded_total",
                          "Deliveries that a newer one of their type and subject took the place "
                          "of.")),
      cancelled_(
          counter(*registry_, "webhooks_deliveries_cancelled_total",
                  "Deliveries that the worker cancelled, their webhook being inactive; not "
                  "those that the API cancels when a partner turns one inactive, up to 1,000 "
                  "at once.")),
      reclaimed_(
          counter(*registry_, "webhooks_claims_reclaimed_total", "Claims whose lease ran out.")),
      lost_(counter(*registry_, "webhooks_settlements_lost_total",
                    "Attempts whose lease was gone when they ended.")),
      deactivated_(counter(*registry_, "webhooks_deactivated_total",
                           "Webhooks that the service turned inactive.")),
      removed_(counter(*registry_, "webhooks_events_removed_total",
                       "Events that left the log because their retention was over.")),
      one_by_one_(counter(*registry_, "webhooks_turns_one_by_one_total",
                          "Turns that wrote what the store refuses, and were taken again with each "
                          "part alone; the log says what was rejected, unrecorded or mended.")),
      claims_(BuildHistogram()
                  .Name("webhooks_turn_claims")
                  .Help("Deliveries that a turn handed to the senders.")
                  .Register(*registry_)
                  .Add({}, kCounts)),
      in_flight_(BuildGauge()
                     .Name("webhooks_attempts_in_flight")
                     .Help("Claims that this worker holds, those waiting for a sender included.")
                     .Register(*registry_)
                     .Add({})),
      busy_(gauge(*registry_, "webhooks_senders_busy", "Attempts under way.")),
      windows_(gauge(*registry_, "webhooks_windows",
                     "Webhooks that have attempts in flight or a window that has moved.")),
      window_slots_(gauge(*registry_, "webhooks_window_slots",
                          "Attempts that may be in flight to them together.")) {
  BuildGauge()
      .Name("webhooks_senders")
      .Help("Attempts that can be under way.")
      .Register(*registry_)
      .Add({})
      .Set(senders);
  BuildGauge()
      .Name("webhooks_build_info")
      .Help("The version that runs.")
      .Register(*registry_)
      .Add({{"program", "webhooks-worker"}, {"version", WEBHOOKS_VERSION}, {"engine", engine}})
      .Set(1);
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(registry_->Collect());
}

void Metrics::began() { busy_.Increment(); }

// Both are words of closed sets, which live as long as the program.
prometheus::Counter& Metrics::attempts_of(std::string_view verdict, std::string_view error) {
  return attempts_by_label_.with([&](auto& known) -> prometheus::Counter& {
    prometheus::Counter*& counter = known[{verdict, error}];
    if (!counter)
      counter = &attempts_.Add({{"verdict", std::string(verdict)}, {"error", std::string(error)}});
    return *counter;
  });
}

void Metrics::attempted(const store::Settlement& settlement) {
  busy_.Decrement();
  if (!settlement.attempted) return;
  const Outcome& outcome = settlement.outcome;
  attempts_of(name(settlement.verdict), outcome.error ? to_string(*outcome.error) : "none")
      .Increment();
  attempt_seconds_.Observe(seconds(outcome.duration));
  if (outcome.succeeded())
    delivery_seconds_.Observe(seconds(settlement.ended_at - settlement.claim.received_at));
}

void Metrics::turned(const TurnReport& report) {
  const store::TurnResult& result = report.result;
  turn_seconds_.Observe(seconds(report.took));
  dispatched_.Increment(static_cast<double>(result.dispatched));
  rejected_.Increment(static_cast<double>(result.rejected.size()));
  unmatched_.Increment(static_cast<double>(result.unmatched));
  created_.Increment(static_cast<double>(result.created));
  expired_.Increment(static_cast<double>(result.ended.expired));
  superseded_.Increment(static_cast<double>(result.ended.superseded));
  cancelled_.Increment(static_cast<double>(result.ended.cancelled));
  reclaimed_.Increment(static_cast<double>(result.reclaimed));
  lost_.Increment(static_cast<double>(result.lost.size()));
  deactivated_.Increment(static_cast<double>(result.deactivated.size()));
  removed_.Increment(static_cast<double>(result.removed));
  one_by_one_.Increment(result.one_by_one ? 1 : 0);
  claims_.Observe(static_cast<double>(result.claims.size()));
  in_flight_.Set(report.in_flight);
}

void Metrics::watched(const SenderPool::Load& load) {
  windows_.Set(load.windows);
  window_slots_.Set(load.window_slots);
}

}  // namespace webhooks::worker
