#include <catch2/catch.hpp>

#include "common/domain/ip_address.h"

using webhooks::EgressPolicy;
using webhooks::parse_cidr;
using webhooks::parse_ip;

namespace {

bool permits(const EgressPolicy& policy, const char* address) {
  return policy.permits(parse_ip(address).value());
}

}  // namespace

TEST_CASE("globally routable addresses are permitted") {
  const EgressPolicy policy;
  for (const char* address : {"1.1.1.1",         "8.8.8.8",
                              "9.255.255.255",   "11.0.0.0",
                              "100.63.255.255",  "100.128.0.0",
                              "126.255.255.255", "128.0.0.0",
                              "169.253.255.255", "169.255.0.0",
                              "172.15.255.255",  "172.32.0.0",
                              "192.0.1.0",       "192.0.3.0",
                              "192.167.255.255", "192.169.0.0",
                              "198.17.255.255",  "198.20.0.0",
                              "223.255.255.255", "2606:4700:4700::1111",
                              "2001:200::1",     "2001:4860:4860::8888",
                              "2003::1",         "2a00:1450::1",
                              "3ffe::1"}) {
    INFO(address);
    CHECK(permits(policy, address));
  }
}

TEST_CASE("what is not globally routable is refused") {
  const EgressPolicy policy;
  for (const char* address :
       {"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200",
        "100.127.255.255", "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.0.1",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1",
        "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
        "255.255.255.255",
        // IPv6
        "::", "::1", "100::1", "100:0:0:1::1", "2001::1", "2001:2::1", "2001:10::1", "2001:20::1",
        "2001:1ff:ffff::", "2001:db8::1", "2002::1", "3fff::1", "3fff:fff::", "4000::1", "5f00::1",
        "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1",
        "ff0e::1"}) {
    INFO(address);
    CHECK_FALSE(permits(policy, address));
  }
}

TEST_CASE("an IPv4 address inside an IPv6 one is refused whichever it is") {
  const EgressPolicy policy;
  for (const char* address :
       {"::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1",
        "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::7f00:1",
        "2002:7f00:1::", "2002:808:808::1", "2001:0:4136:e378:8000:63bf:80ff:fffe"}) {
    INFO(address);
    CHECK_FALSE(permits(policy, address));
  }
}

TEST_CASE("the allow-list opens what it names and nothing beside it") {
  const EgressPolicy policy(
      {*parse_cidr("127.0.0.0/8"), *parse_cidr("::1/128"), *parse_cidr("fd00::/8")});
  CHECK(permits(policy, "127.0.0.1"));
  CHECK(permits(policy, "::1"));
  CHECK(permits(policy, "fd12::1"));
  CHECK(permits(policy, "8.8.8.8"));
  CHECK_FALSE(permits(policy, "10.0.0.1"));
  CHECK_FALSE(permits(policy, "::"));
  CHECK_FALSE(permits(policy, "fc00::1"));
  CHECK_FALSE(permits(policy, "::ffff:127.0.0.1"));
}

TEST_CASE("an allowed translation prefix is no way round to a refused IPv4 address") {
  const EgressPolicy nat64({*parse_cidr("64:ff9b::/96"), *parse_cidr("2002::/16"),
                            *parse_cidr("2001::/32"), *parse_cidr("::/0")});
  CHECK(permits(nat64, "64:ff9b::808:808"));
  CHECK_FALSE(permits(nat64, "64:ff9b::7f00:1"));
  CHECK_FALSE(permits(nat64, "64:ff9b::a9fe:a9fe"));
  CHECK(permits(nat64, "2002:808:808::1"));
  CHECK_FALSE(permits(nat64, "2002:a00:1::1"));
  CHECK(permits(nat64, "2001::f7f7:f7f7"));        // 8.8.8.8 inverted
  CHECK_FALSE(permits(nat64, "2001::80ff:fffe"));  // 127.0.0.1 inverted
  CHECK(permits(nat64, "::ffff:8.8.8.8"));
  CHECK_FALSE(permits(nat64, "::ffff:169.254.169.254"));
  CHECK(permits(nat64, "::1"));
}
