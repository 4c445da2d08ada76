#pragma once

#include <optional>
#include <vector>

#include "common/domain/event.h"

namespace webhooks::store {

// Intake: the API's way into the outbox. (The other way is plain SQL, see schema/README.md.)
class EventStore {
 public:
  virtual ~EventStore() = default;

  // Appends in the order given, all or none. The caller has checked them against their types'
  // schemas, which the worker does not do again, and has made sure, in the same unit of work, that
  // none of the ids is taken; a taken one throws StoreError.
  virtual void append(const std::vector<Event>& events, Time now) = 0;

  virtual std::optional<EventReport> find(const EventId& id) = 0;
};

}  // namespace webhooks::store
