#pragma once

#include <string>
#include <variant>
#include <vector>

#include "common/base/random.h"
#include "common/domain/event.h"
#include "common/http/message.h"
#include "common/json/event_catalog.h"

namespace webhooks::api {

// One event of a publication. What its producer left out has been filled in.
struct PublishedEvent {
  Event event;
  std::string field;      // what errors call it, with a dot behind: "events[3]." or ""
  bool own_id = false;    // the producer named it, so publishing it again changes nothing
  bool own_time = false;  // the producer said when it happened
};

struct Publication {
  std::vector<PublishedEvent> events;
  bool batch = false;  // {"events": […]}, and answered as one
};

// Reads one event or a batch. The answer instead names every bad field of every event: 422, or 413
// when an event's data or the batch is too large.
std::variant<Publication, http::Reply> read_publication(const json::Value& body,
                                                        const json::EventCatalog& catalog,
                                                        Random& random, Time now);

// True when both say the same of one id: what a second publication may repeat.
bool same_content(const PublishedEvent& again, const Event& first);

}  // namespace webhooks::api
