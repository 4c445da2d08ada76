#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace webhooks {

using Millis = std::chrono::milliseconds;

// A point in time as the service keeps it: UTC, whole milliseconds since 1970.
using Time = std::chrono::sys_time<Millis>;

// RFC 3339 in UTC with milliseconds, e.g. "2025-11-26T09:52:00.000Z".
std::string format_rfc3339(Time time);

// Parses an RFC 3339 date-time with "Z" or a numeric offset; more than three digits of a fraction
// are cut off. nullopt: not RFC 3339, no such date, or outside of the years 1970 to 9999.
std::optional<Time> parse_rfc3339(std::string_view text);

// "250ms", "15s", "5m", "2h", "5d", or "0" alone. nullopt: anything else, a negative one, or over
// 10 years.
std::optional<Millis> parse_duration(std::string_view text);

// The shortest exact form that parse_duration reads, e.g. 90s as "90s" and 2h as "2h".
std::string format_duration(Millis duration);

}  // namespace webhooks
