#include "common/base/option_values.h"

#include <catch2/catch.hpp>

using namespace webhooks;

TEST_CASE("addresses") {
  CHECK(options::parse_address("127.0.0.1:8080")->port == 8080);
  CHECK(options::parse_address("[::1]:0")->host == "::1");
  CHECK(options::format_address(*options::parse_address("[::1]:0")) == "[::1]:0");
  for (const char* bad : {"nowhere", ":80", "a:b", "a:65536", "a:-1", "::1:80", "a b:80", "", "a:"})
    CHECK_FALSE(options::parse_address(bad));
}

TEST_CASE("sizes") {
  CHECK(options::parse_size("4096") == 4096);
  CHECK(options::parse_size("64KiB") == 65536);
  CHECK(options::parse_size("1GiB") == std::size_t{1} << 30);
  CHECK(options::format_size(8 << 20) == "8MiB");
  for (const char* bad : {"", "KiB", "1KB", "-1", "1.5MiB", "9999999999GiB"})
    CHECK_FALSE(options::parse_size(bad));
}
