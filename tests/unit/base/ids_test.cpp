#include "common/base/ids.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using webhooks::ordered_token;
using webhooks::random_token;
using webhooks::SystemRandom;
using webhooks::Time;

TEST_CASE("tokens look alike, whatever they are made of") {
  SystemRandom random;
  for (const std::string& token :
       {random_token("evt_", random), ordered_token("evt_", Time(1'764'150'720'000ms), random)}) {
    INFO(token);
    CHECK(token.size() == 30);
    CHECK(token.substr(0, 4) == "evt_");
    CHECK(token.find_first_not_of("0123456789abcdefghijklmnopqrstuv", 4) == std::string::npos);
  }
}

TEST_CASE("an ordered token sorts behind those that were made before, and no two are the same") {
  SystemRandom random;
  std::string last = ordered_token("", Time(0ms), random);
  for (std::int64_t millis = 1; millis < 10'000'000'000'000; millis *= 7) {
    const std::string next = ordered_token("", Time(std::chrono::milliseconds(millis)), random);
    INFO(millis);
    CHECK(last < next);
    CHECK(next != ordered_token("", Time(std::chrono::milliseconds(millis)), random));
    last = next;
  }
}
