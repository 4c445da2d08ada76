#include <ostream>

#include "api/commands/command.h"
#include "api/commands/table.h"
#include "common/base/log.h"
#include "common/json/writer.h"

namespace webhooks::api::commands {
namespace {

int print(const Workbench& bench, const store::BackupReport& report) {
  if (bench.options.json) {
    json::Writer out;
    out.begin_object()
        .field("schema_version", report.schema_version)
        .field("bytes", report.bytes)
        .field("events", report.events)
        .field("webhooks", report.webhooks)
        .field("deliveries", report.deliveries)
        .field("claims", report.claims)
        .end_object();
    bench.out << out.take() << '\n';
    return 0;
  }
  Table table({"SCHEMA", "BYTES", "EVENTS", "WEBHOOKS", "DELIVERIES", "UNDER WAY"});
  table.row({std::to_string(report.schema_version), std::to_string(report.bytes),
             std::to_string(report.events), std::to_string(report.webhooks),
             std::to_string(report.deliveries), std::to_string(report.claims)});
  table.print(bench.out);
  return 0;
}

}  // namespace

int migrate(const Workbench& bench) {
  bench.backend.migrate();
  log::info("api.migrated");
  return 0;
}

int back_up(const Workbench& bench) {
  return print(bench, bench.backend.back_up(bench.options.to));
}

int restore(const Workbench& bench) {
  return print(bench,
               bench.backend.restore(bench.options.from, bench.options.replace, bench.clock.now()));
}

int check(const Workbench& bench) {
  const auto found = bench.backend.check();
  if (bench.options.json) {
    json::Writer out;
    out.begin_object().key("violations").begin_array();
    for (const store::Violation& violation : found)
      out.begin_object().field("rule", violation.rule).field("what", violation.what).end_object();
    out.end_array().end_object();
    bench.out << out.take() << '\n';
  } else if (found.empty()) {
    bench.out << "all is well\n";
  } else {
    Table table({"RULE", "WHAT"});
    for (const store::Violation& violation : found) table.row({violation.rule, violation.what});
    table.print(bench.out);
  }
  return found.empty() ? 0 : 1;
}

}  // namespace webhooks::api::commands
