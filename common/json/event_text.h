#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/domain/event.h"
#include "common/json/event_catalog.h"

namespace webhooks::json {

// The exact body of a delivery: what is signed and what is sent, the same bytes at every attempt.
std::string delivery_body(const Event& event, std::int64_t sequence);

// A time that a producer can have meant: from the year 2000 to 2200.
bool is_plausible(Time time);

// Why an outbox row, as some producer wrote it, cannot be an event of ours, in one sentence that
// names the column; nullopt: it is one. Times are milliseconds since 1970. Thread-safe.
std::optional<std::string> check_outbox_row(const EventCatalog& catalog, std::string_view id,
                                            std::string_view type, std::string_view contract,
                                            std::string_view subject, std::string_view data,
                                            std::int64_t occurred_at,
                                            const std::optional<std::int64_t>& expires_at);

}  // namespace webhooks::json
