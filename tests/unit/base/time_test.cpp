#include "common/base/time.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using webhooks::format_duration;
using webhooks::format_rfc3339;
using webhooks::parse_duration;
using webhooks::parse_rfc3339;
using webhooks::Time;

TEST_CASE("RFC 3339 times with an offset are read as UTC") {
  CHECK(format_rfc3339(parse_rfc3339("2025-11-26T10:05:00+01:00").value()) ==
        "2025-11-26T09:05:00.000Z");
  CHECK(format_rfc3339(parse_rfc3339("2025-11-26T14:40:00-06:00").value()) ==
        "2025-11-26T20:40:00.000Z");
  CHECK(format_rfc3339(parse_rfc3339("2025-11-26t09:52:00.1239z").value()) ==
        "2025-11-26T09:52:00.123Z");
  CHECK(parse_rfc3339("1970-01-01T00:00:00Z") == Time(0ms));
}

TEST_CASE("a time is written in full, whatever its digits") {
  for (const char* text : {"1970-01-01T00:00:00.000Z", "2000-02-29T03:04:05.006Z",
                           "2025-10-11T12:34:56.789Z", "9999-12-31T23:59:59.999Z"}) {
    INFO(text);
    CHECK(format_rfc3339(parse_rfc3339(text).value()) == text);
  }
  CHECK(format_rfc3339(Time(-1ms)) == "1969-12-31T23:59:59.999Z");
  CHECK(format_rfc3339(parse_rfc3339("9999-12-31T23:59:59.999Z").value() + 1ms) ==
        "10000-01-01T00:00:00.000Z");
}

TEST_CASE("what is not an RFC 3339 time is refused") {
  for (const char* text :
       {"", "2025-11-26", "2025-11-26T09:52:00", "2025-11-26 09:52:00Z", "2025-02-30T00:00:00Z",
        "2025-11-26T24:00:00Z", "2025-11-26T09:60:00Z", "2025-11-26T09:52:00+1:00",
        "2025-11-26T09:52:00+25:00", "2025-11-26T09:52:00.Z", "1969-12-31T23:59:59Z",
        "2025-11-26T09:52:00Z ", "1:2:3", "20251126T095200Z"}) {
    INFO(text);
    CHECK_FALSE(parse_rfc3339(text).has_value());
  }
}

TEST_CASE("durations have a unit and a ceiling") {
  CHECK(parse_duration("250ms") == 250ms);
  CHECK(parse_duration("15s") == 15s);
  CHECK(parse_duration("0") == 0ms);
  CHECK(parse_duration("24h") == 24h);
  CHECK(parse_duration("5d") == 120h);
  for (const char* text :
       {"", "15", "-1s", "1.5s", "s", "1w", "99999999999999999999s", "4000d", "1s "}) {
    INFO(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
  CHECK(format_duration(90s) == "90s");
  CHECK(format_duration(7200s) == "2h");
  CHECK(format_duration(1500ms) == "1500ms");
}
