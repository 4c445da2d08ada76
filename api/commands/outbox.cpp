#include <ostream>

#include "api/commands/command.h"
#include "api/commands/table.h"
#include "common/json/writer.h"

namespace webhooks::api::commands {
namespace {

std::optional<std::int64_t> age_ms(const std::optional<Time>& since, Time now) {
  return since ? std::optional((now - *since).count()) : std::nullopt;
}

std::string shown_age(const std::optional<Time>& since, Time now) {
  if (!since) return "-";
  return format_duration(
      std::chrono::floor<std::chrono::seconds>(std::max(now - *since, Millis(0))));
}

}  // namespace

int show_outbox(const Workbench& bench) {
  const Time now = bench.clock.now();
  const auto session = bench.backend.connect();
  const store::Backlog backlog = session->insight().backlog(now);
  const store::Footprint footprint = session->insight().footprint();
  if (bench.options.json) {
    json::Writer out;
    out.begin_object()
        .field("events_pending", backlog.events_pending)
        .field("oldest_event_at", backlog.oldest_event)
        .field("oldest_event_age_ms", age_ms(backlog.oldest_event, now))
        .field("deliveries_pending", backlog.deliveries_pending)
        .field("deliveries_queued", backlog.deliveries_queued)
        .field("deliveries_due", backlog.deliveries_due)
        .field("deliveries_sending", backlog.deliveries_sending)
        .field("webhooks_active", backlog.webhooks_active)
        .field("webhooks_inactive", backlog.webhooks_inactive)
        .field("webhooks_failing", backlog.webhooks_failing)
        .field("webhooks_probed", backlog.webhooks_probed)
        .field("webhooks_purging", backlog.purging)
        .field("oldest_kept_at", backlog.oldest_kept)
        .field("database_bytes", footprint.data)
        .field("database_free_bytes", footprint.free)
        .field("write_ahead_log_bytes", footprint.log)
        .end_object();
    bench.out << out.take() << '\n';
    return 0;
  }
  const auto count = [](std::int64_t value) { return std::to_string(value); };
  Table table({"WHAT", "NOW"});
  table.row({"events that wait to be fanned out", count(backlog.events_pending)});
  table.row({"the oldest of them has waited", shown_age(backlog.oldest_event, now)});
  table.row({"deliveries not finished", count(backlog.deliveries_pending)});
  table.row({"  queued", count(backlog.deliveries_queued)});
  table.row({"  of these due", count(backlog.deliveries_due)});
  table.row({"  being sent", count(backlog.deliveries_sending)});
  table.row({"webhooks active", count(backlog.webhooks_active)});
  table.row({"webhooks inactive", count(backlog.webhooks_inactive)});
  table.row({"webhooks whose last attempt failed", count(backlog.webhooks_failing)});
  table.row({"  of these probed one delivery at a time", count(backlog.webhooks_probed)});
  table.row({"deleted webhooks whose log is being removed", count(backlog.purging)});
  table.row({"oldest event of the log", cell(backlog.oldest_kept)});
  table.row({"database, bytes", count(footprint.data)});
  table.row({"  of these free", count(footprint.free)});
  table.row({"write-ahead log, bytes", count(footprint.log)});
  table.print(bench.out);
  return 0;
}

}  // namespace webhooks::api::commands
