#include <ostream>

#include "api/commands/command.h"
#include "api/commands/table.h"
#include "api/resources/delivery_json.h"

namespace webhooks::api::commands {
namespace {

// Deliveries are named by their webhook, and the stores ask for its partner.
std::optional<PartnerId> owner_of(store::Session& session, const std::string& delivery) {
  const auto name = parse_delivery_id(delivery);
  return name ? session.insight().owner(name->webhook) : std::nullopt;
}

std::string number(const std::optional<int>& value) { return value ? std::to_string(*value) : "-"; }

void print(const Workbench& bench, const std::vector<Delivery>& deliveries) {
  if (bench.options.json) {
    json::Writer out;
    out.begin_object().key("data").begin_array();
    for (const Delivery& delivery : deliveries) write_delivery(out, delivery);
    out.end_array().end_object();
    bench.out << out.take() << '\n';
    return;
  }
  Table table(
      {"ID", "STATE", "EVENT", "TYPE", "SUBJECT", "ATTEMPTS", "NEXT ATTEMPT", "CREATED", "REASON"});
  for (const Delivery& delivery : deliveries)
    table.row({delivery.id.value, std::string(to_string(delivery.state)), delivery.event.value,
               std::string(to_string(delivery.type)), delivery.subject,
               std::to_string(delivery.attempts_made), cell(delivery.next_attempt_at),
               cell(delivery.created_at), cell(delivery.reason)});
  table.print(bench.out);
}

// nullopt: it was sent again; else why not.
std::optional<std::string> why_not(const store::RetryResult& result) {
  if (std::holds_alternative<store::NotFound>(result)) return "there is no such delivery";
  if (std::holds_alternative<store::InFlight>(result)) return "it is being sent right now";
  if (std::holds_alternative<store::WebhookInactive>(result))
    return "its webhook or its contract is inactive";
  if (const auto* const superseded = std::get_if<store::Superseded>(&result))
    return "a newer one has come or waits to: " + superseded->newer.value;
  return std::nullopt;
}

}  // namespace

int list_deliveries(const Workbench& bench) {
  const Options& options = bench.options;
  const auto session = bench.backend.connect();
  if (options.webhook.empty()) {
    print(bench, session->insight().newest(options.states, options.limit));
    return 0;
  }
  const WebhookId webhook{options.webhook};
  const auto owner = session->insight().owner(webhook);
  store::DeliveryQuery query;
  query.states = options.states;
  query.limit = options.limit;
  const auto page = owner ? session->deliveries().list(*owner, webhook, query) : std::nullopt;
  if (!page) {
    bench.err << "there is no webhook " << options.webhook << '\n';
    return 1;
  }
  print(bench, page->deliveries);
  return 0;
}

int show_delivery(const Workbench& bench) {
  const auto session = bench.backend.connect();
  const auto owner = owner_of(*session, bench.options.id);
  const auto found = owner ? session->deliveries().find(*owner, {bench.options.id}) : std::nullopt;
  if (!found) {
    bench.err << "there is no delivery " << bench.options.id << '\n';
    return 1;
  }
  if (bench.options.json) {
    bench.out << delivery_json(*found) << '\n';
    return 0;
  }
  print(bench, {found->delivery});
  bench.out << '\n';
  Table table({"ATTEMPT", "STARTED", "TOOK", "STATUS", "ERROR", "TRIGGER", "ANSWER"});
  for (const Attempt& attempt : found->attempts)
    table.row({std::to_string(attempt.number), cell(attempt.started_at),
               format_duration(attempt.duration), number(attempt.status_code), cell(attempt.error),
               std::string(to_string(attempt.trigger)), cell(attempt.response_excerpt)});
  table.print(bench.out);
  return 0;
}

int retry_deliveries(const Workbench& bench) {
  const auto session = bench.backend.connect();
  std::vector<Delivery> again;
  int code = 0;
  for (const std::string& id : bench.options.ids) {
    const auto owner = owner_of(*session, id);
    const auto result = owner ? session->deliveries().retry(*owner, {id}, bench.clock.now())
                              : store::RetryResult{store::NotFound{}};
    if (const auto why = why_not(result)) {
      bench.err << id << ": " << *why << '\n';
      code = 1;
    } else {
      again.push_back(std::get<Delivery>(result));
    }
  }
  print(bench, again);
  return code;
}

}  // namespace webhooks::api::commands
