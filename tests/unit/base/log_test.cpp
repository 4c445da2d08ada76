#include "common/base/log.h"

#include <catch2/catch.hpp>

using namespace webhooks;

TEST_CASE("a log line is one line, whatever its values hold") {
  const auto line = log::render(
      log::Format::text, "2025-11-26T09:52:00.000Z", log::Level::info, "delivery.attempted",
      {{"delivery", "dlv_7"}, {"status", 503}, {"error", "a \"b\"\nforged"}});
  CHECK(line ==
        "2025-11-26T09:52:00.000Z info delivery.attempted delivery=dlv_7 status=503 error=\"a "
        "\\\"b\\\"\\u000aforged\"");
}

TEST_CASE("a JSON log line keeps numbers bare and bytes that are no UTF-8 escaped") {
  const auto line = log::render(log::Format::json, "t", log::Level::warn, "x",
                                {{"n", 5}, {"ok", true}, {"s", "\xff"}});
  CHECK(line == R"({"time":"t","level":"warn","event":"x","n":5,"ok":true,"s":"\u00ff"})");
}
