#include "common/store/sqlite/stores.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kAppend = R"sql(
  INSERT INTO outbox (id, type, contract_id, subject, data, occurred_at, expires_at, received_at, request_id,
                      traceparent, checked)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''), 1))sql";

constexpr std::string_view kFind = R"sql(
  SELECT id, type, contract_id, subject, data, occurred_at, expires_at, received_at, status, matched, reason,
         request_id, traceparent
  FROM outbox WHERE id = ?)sql";

EventStatus status_from(std::string_view name) {
  if (name == "dispatched") return EventStatus::dispatched;
  return name == "rejected" ? EventStatus::rejected : EventStatus::pending;
}

}  // namespace

void SqliteEventStore::append(const std::vector<Event>& events, Time now) {
  Transaction transaction(db_);
  for (const Event& event : events)
    db_.run(kAppend, event.id, to_string(event.type), event.contract, event.subject, event.data,
            event.occurred_at, event.expires_at, now, event.origin.request_id,
            event.origin.traceparent);
  transaction.commit();
}

std::optional<EventReport> SqliteEventStore::find(const EventId& id) {
  Rows row = db_.query(kFind, id);
  if (!row.next()) return std::nullopt;
  EventReport report;
  report.type_text = row.text(1);
  report.event = {{row.text(0)}, event_type_from(row.view(1)).value_or(EventType{}),
                  {row.text(2)}, row.text(3),
                  row.time(5),   row.maybe_time(6),
                  row.text(4),   {row.text(11), row.text(12)}};
  report.received_at = row.time(7);
  report.status = status_from(row.view(8));
  report.matched = row.maybe_integer(9);
  report.reason = row.maybe_text(10);
  return report;
}

}  // namespace webhooks::store::sqlite
