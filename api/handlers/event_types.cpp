#include "api/handlers/event_types.h"

#include "api/wire/problem.h"
#include "api/wire/query.h"
#include "common/json/writer.h"

namespace webhooks::api {

http::Reply list_event_types(const Call& call, const json::EventCatalog& catalog) {
  Query query(call.request.query);
  if (auto errors = query.finish(); !errors.empty()) return invalid_query(std::move(errors));
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const EventType type : kEventTypes) {
    const json::EventTypeEntry& entry = catalog.entry(type);
    out.begin_object()
        .field("id", to_string(type))
        .field("label", label(type))
        .field("description", entry.description)
        .key("schema")
        .raw(entry.schema)
        .key("example")
        .raw(entry.example)
        .end_object();
  }
  out.end_array().end_object();
  return json_reply(200, out.take());
}

}  // namespace webhooks::api
