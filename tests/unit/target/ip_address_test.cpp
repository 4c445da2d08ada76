#include "common/domain/ip_address.h"

#include <catch2/catch.hpp>

using webhooks::contains;
using webhooks::format_ip;
using webhooks::parse_cidr;
using webhooks::parse_ip;

TEST_CASE("addresses are read in one notation and shown in their canonical one") {
  const std::pair<const char*, const char*> table[] = {
      {"127.0.0.1", "127.0.0.1"},
      {"0.0.0.0", "0.0.0.0"},
      {"255.255.255.255", "255.255.255.255"},
      {"::1", "::1"},
      {"2001:0DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"::ffff:127.0.0.1", "::ffff:127.0.0.1"},
      {"::ffff:7f00:1", "::ffff:127.0.0.1"},
      {"fe80:0:0:0:1:0:0:1", "fe80::1:0:0:1"},
  };
  for (const auto& [text, canonical] : table) {
    INFO(text);
    REQUIRE(parse_ip(text).has_value());
    CHECK(format_ip(*parse_ip(text)) == canonical);
  }
}

TEST_CASE("other notations of an address are not addresses") {
  using namespace std::string_view_literals;
  for (const std::string_view text : {""sv,
                                      "1"sv,
                                      "127.1"sv,
                                      "2130706433"sv,
                                      "0x7f.0.0.1"sv,
                                      "0177.0.0.1"sv,
                                      "127.0.0.01"sv,
                                      "127.0.0.256"sv,
                                      "127.0.0.1."sv,
                                      " 127.0.0.1"sv,
                                      "127.0.0.1\0"sv,
                                      "1.2.3.4.5"sv,
                                      "[::1]"sv,
                                      "fe80::1%eth0"sv,
                                      ":::"sv,
                                      "1::2::3"sv,
                                      "::ffff:1.2.3"sv,
                                      "12345::"sv,
                                      "::1/128"sv,
                                      "1:2:3:4:5:6:7:8:9"sv,
                                      "0000000000000000000000000000000000000000000000000:1"sv}) {
    INFO(text);
    CHECK_FALSE(parse_ip(text).has_value());
  }
}

TEST_CASE("a network with bits beyond its prefix is refused") {
  for (const char* text : {"127.0.0.0/8", "10.0.0.1/32", "0.0.0.0/0", "::/0", "fd00::/8",
                           "2001:db8::/33", "fe80::/10"}) {
    INFO(text);
    CHECK(parse_cidr(text).has_value());
  }
  for (const char* text :
       {"", "/", "127.0.0.0", "127.0.0.1/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/08",
        "10.0.0.0/-1", "10.0.0.0/8x", "fd00::1/8", "10/8"}) {
    INFO(text);
    CHECK_FALSE(parse_cidr(text).has_value());
  }
}

TEST_CASE("a network contains its first and its last address and no neighbour") {
  const auto within = [](const char* cidr, const char* address) {
    return contains(parse_cidr(cidr).value(), parse_ip(address).value());
  };
  CHECK(within("172.16.0.0/12", "172.16.0.0"));
  CHECK(within("172.16.0.0/12", "172.31.255.255"));
  CHECK_FALSE(within("172.16.0.0/12", "172.15.255.255"));
  CHECK_FALSE(within("172.16.0.0/12", "172.32.0.0"));
  CHECK(within("fe80::/10", "febf:ffff::"));
  CHECK_FALSE(within("fe80::/10", "fec0::"));
  CHECK(within("::/0", "ffff::1"));
  CHECK(within("0.0.0.0/0", "255.255.255.255"));
  CHECK(within("10.1.2.3/32", "10.1.2.3"));
  CHECK_FALSE(within("::/0", "1.2.3.4"));
  CHECK_FALSE(within("0.0.0.0/0", "::1"));
}
