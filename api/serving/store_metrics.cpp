#include "api/serving/store_metrics.h"

#include <algorithm>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "common/base/log.h"

namespace webhooks::api {
namespace {

using namespace std::chrono_literals;
using Labels = std::map<std::string, std::string>;

constexpr auto kRest = 10s;
constexpr int kShare = 20;  // of the time that counting may take: one in so many

// A registry for one count: what could not be counted is not told at all.
class Gauges {
 public:
  void set(const std::string& name, const std::string& help,
           std::initializer_list<std::pair<Labels, std::int64_t>> values) {
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
    for (const auto& [labels, value] : values) family.Add(labels).Set(static_cast<double>(value));
  }
  void set(const std::string& name, const std::string& help, double value) {
    prometheus::BuildGauge().Name(name).Help(help).Register(registry_).Add({}).Set(value);
  }
  std::string text() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

 private:
  prometheus::Registry registry_;
};

double age(const std::optional<Time>& since, Time now) {
  if (!since) return 0;
  return std::chrono::duration<double>(std::max(now - *since, Millis(0))).count();
}

void tell(Gauges& out, const store::Backlog& backlog, Time now) {
  out.set("webhooks_outbox_events_pending", "Events that wait to be fanned out.",
          static_cast<double>(backlog.events_pending));
  out.set("webhooks_outbox_oldest_event_age_seconds",
          "How long the first of the pending events has waited; 0 when none does.",
          age(backlog.oldest_event, now));
  out.set("webhooks_deliveries_unfinished",
          "Unfinished deliveries: queued, held behind the first of their subject, or being sent.",
          {{{{"state", "queued"}}, backlog.deliveries_queued},
           {{{"state", "sending"}}, backlog.deliveries_sending},
           {{{"state", "held"}},
            std::max<std::int64_t>(0, backlog.deliveries_pending - backlog.deliveries_queued -
                                          backlog.deliveries_sending)}});
  out.set("webhooks_deliveries_due", "Queued deliveries that may go out now.",
          static_cast<double>(backlog.deliveries_due));
  out.set("webhooks_webhooks", "Webhooks by status.",
          {{{{"status", "active"}}, backlog.webhooks_active},
           {{{"status", "inactive"}}, backlog.webhooks_inactive}});
  out.set("webhooks_webhooks_failing", "Webhooks whose last attempt failed.",
          static_cast<double>(backlog.webhooks_failing));
  out.set("webhooks_webhooks_probed",
          "Webhooks that failed so often that they get one delivery at a time.",
          static_cast<double>(backlog.webhooks_probed));
  out.set("webhooks_webhooks_purging", "Deleted webhooks whose log is still being removed.",
          static_cast<double>(backlog.purging));
  out.set("webhooks_log_oldest_event_age_seconds",
          "How long ago the oldest event that is kept was received: how retention does.",
          age(backlog.oldest_kept, now));
}

void tell(Gauges& out, const store::Footprint& footprint) {
  out.set("webhooks_database_bytes", "Size of the database, without its write-ahead log.",
          static_cast<double>(footprint.data));
  out.set("webhooks_database_free_bytes", "Of that what is free to be used again.",
          static_cast<double>(footprint.free));
  out.set("webhooks_database_wal_bytes", "Size of the write-ahead log.",
          static_cast<double>(footprint.log));
  out.set("webhooks_database_disk_free_bytes", "What the database's disk has left for us.",
          static_cast<double>(footprint.available));
}

}  // namespace

std::string StoreMetrics::count() {
  Gauges out;
  try {
    sessions_.with([&](store::Session& session) {
      const Time now = clock_.now();
      tell(out, session.insight().backlog(now), now);
      tell(out, session.insight().footprint());
    });
  } catch (const store::StoreError& error) {
    log::warn("api.not_counted", {{"error", error.what()}});
    Gauges down;
    down.set("webhooks_store_up", "Whether the store can be read.", 0);
    return down.text();
  }
  out.set("webhooks_store_up", "Whether the store can be read.", 1);
  return out.text();
}

std::string StoreMetrics::text() {
  const std::lock_guard lock(mutex_);
  const auto begin = std::chrono::steady_clock::now();
  if (begin < next_) return text_;
  text_ = count();
  const auto end = std::chrono::steady_clock::now();
  next_ = end + std::max<std::chrono::steady_clock::duration>(kRest, kShare * (end - begin));
  return text_;
}

}  // namespace webhooks::api
