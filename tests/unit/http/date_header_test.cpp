#include "api/http/date_header.h"

#include <catch2/catch.hpp>

using namespace webhooks;
using namespace webhooks::http;

namespace {

struct SetClock final : Clock {
  Time time{};
  Time now() const override { return time; }
};

std::string text(DateHeader& date) {
  std::string out;
  date.append_to(out);
  return out;
}

}  // namespace

TEST_CASE("IMF-fixdate of RFC 9110") {
  CHECK(format_imf_fixdate(Time{Millis{784'111'777'999}}) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(format_imf_fixdate(Time{Millis{0}}) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("the date follows the clock from second to second, also backwards") {
  const auto clock = std::make_shared<SetClock>();
  DateHeader date(clock);
  clock->time = Time{Millis{999}};
  CHECK(text(date) == "Thu, 01 Jan 1970 00:00:00 GMT");
  clock->time = Time{Millis{1000}};
  CHECK(text(date) == "Thu, 01 Jan 1970 00:00:01 GMT");
  clock->time = Time{Millis{0}};
  CHECK(text(date) == "Thu, 01 Jan 1970 00:00:00 GMT");
}
