#include "api/serving/metrics.h"

#include <array>
#include <map>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <tuple>

#include "common/base/guarded.h"

namespace webhooks::api {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds{
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
const prometheus::Histogram::BucketBoundaries kUnits{1, 2, 4, 8, 16, 32, 64, 128, 256};

constexpr std::array<std::string_view, 8> kMethods{"GET",   "HEAD",   "POST",   "PUT",
                                                   "PATCH", "DELETE", "OPTIONS"};

// Clients may send any method: those that we do not know are one series.
std::string_view known_method(std::string_view method) {
  for (const std::string_view known : kMethods)
    if (known == method) return known;
  return "other";
}

// What requests that were answered alike are counted in: status, route, method. Kept, because
// finding a series by its labels takes a registry ten times as long as counting.
using Kind = std::tuple<int, std::string_view, std::string_view>;
struct Series {
  prometheus::Counter& requests;
  prometheus::Histogram& duration;
};

}  // namespace

struct Metrics::Parts {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter()
          .Name("webhooks_api_requests_total")
          .Help("Requests answered, by route and status.")
          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram()
          .Name("webhooks_api_request_duration_seconds")
          .Help("From a whole request to its answer, by route.")
          .Register(registry);
  Guarded<std::map<Kind, Series>> answers;
  prometheus::Histogram& groups = prometheus::BuildHistogram()
                                      .Name("webhooks_api_commit_units")
                                      .Help("Writes that shared one commit.")
                                      .Register(registry)
                                      .Add({}, kUnits);
  prometheus::Histogram& commits =
      prometheus::BuildHistogram()
          .Name("webhooks_api_commit_duration_seconds")
          .Help("How long commits took, the wait for the disk included.")
          .Register(registry)
          .Add({}, kSeconds);
  prometheus::Gauge& waiting = prometheus::BuildGauge()
                                   .Name("webhooks_api_writes_waiting")
                                   .Help("Writes that wait for their commit.")
                                   .Register(registry)
                                   .Add({});
  prometheus::Family<prometheus::Counter>& jwks_fetches =
      prometheus::BuildCounter()
          .Name("webhooks_api_jwks_fetches_total")
          .Help("Fetches of the identity provider's keys, by result.")
          .Register(registry);
  prometheus::Family<prometheus::Gauge>& jwks_keys =
      prometheus::BuildGauge()
          .Name("webhooks_api_jwks_keys")
          .Help("Keys of the identity provider that tokens are judged with.")
          .Register(registry);

  Series series(const Kind& kind) {
    const std::string route(std::get<1>(kind));
    return {requests.Add({{"method", std::string(std::get<2>(kind))},
                          {"route", route},
                          {"status", std::to_string(std::get<0>(kind))}}),
            durations.Add({{"route", route}}, kSeconds)};
  }
};

Metrics::Metrics(const std::string& engine) : parts_(std::make_unique<Parts>()) {
  prometheus::BuildGauge()
      .Name("webhooks_build_info")
      .Help("The version that runs.")
      .Register(parts_->registry)
      .Add({{"program", "webhooks-api"}, {"version", WEBHOOKS_VERSION}, {"engine", engine}})
      .Set(1);
}

Metrics::~Metrics() = default;

void Metrics::answered(std::string_view method, std::string_view route, int status,
                       std::chrono::nanoseconds took) {
  const Kind kind(status, route, known_method(method));
  const Series series = parts_->answers.with([&](auto& answers) {
    const auto known = answers.find(kind);
    return known != answers.end() ? known->second
                                  : answers.emplace(kind, parts_->series(kind)).first->second;
  });
  series.requests.Increment();
  series.duration.Observe(std::chrono::duration<double>(took).count());
}

void Metrics::committed(std::size_t units, std::chrono::nanoseconds took) {
  parts_->groups.Observe(static_cast<double>(units));
  parts_->commits.Observe(std::chrono::duration<double>(took).count());
}

void Metrics::jwks_fetched(bool good, std::size_t keys) {
  parts_->jwks_fetches.Add({{"result", good ? "good" : "failed"}}).Increment();
  if (good) parts_->jwks_keys.Add({}).Set(static_cast<double>(keys));
}

std::string Metrics::text(std::size_t waiting) {
  parts_->waiting.Set(static_cast<double>(waiting));
  return prometheus::TextSerializer().Serialize(parts_->registry.Collect());
}

}  // namespace webhooks::api
