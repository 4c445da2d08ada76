#include "api/http/target.h"

#include <catch2/catch.hpp>

using namespace webhooks::http;

namespace {

Request decoded(std::string_view target, std::string method = "GET") {
  Request request;
  request.method = std::move(method);
  const auto refusal = decode_target(target, request);
  INFO(target);
  REQUIRE_FALSE(refusal);
  return request;
}

bool is_refused(std::string_view target, std::string method = "GET") {
  Request request;
  request.method = std::move(method);
  const auto refusal = decode_target(target, request);
  return refusal && refusal->status == 400;
}

}  // namespace

TEST_CASE("a path is split before it is decoded") {
  const auto request = decoded("/webhooks/a%2Fb/%C3%A4");
  CHECK(request.path == "/webhooks/a/b/\u00e4");
  CHECK(request.segments == std::vector<std::string>{"webhooks", "a/b", "\u00e4"});
}

TEST_CASE("the root has no segments and a trailing slash makes an empty one") {
  CHECK(decoded("/").segments.empty());
  CHECK(decoded("/").path == "/");
  CHECK(decoded("/a/").segments == std::vector<std::string>{"a", ""});
  CHECK(decoded("//").segments == std::vector<std::string>{"", ""});
}

TEST_CASE("a plus is a blank in the query and itself in the path") {
  const auto request = decoded("/a+b?c+d=e+f%2B");
  CHECK(request.segments == std::vector<std::string>{"a+b"});
  CHECK(request.query == Fields{{"c d", "e f+"}});
}

TEST_CASE("repeated keys keep their order") {
  CHECK(decoded("/?a=1&b=2&a=3").query == Fields{{"a", "1"}, {"b", "2"}, {"a", "3"}});
}

TEST_CASE("keys without values, values without keys and empty pairs") {
  CHECK(decoded("/?a&=b&&c=").query == Fields{{"a", ""}, {"", "b"}, {"c", ""}});
  CHECK(decoded("/?").query.empty());
}

TEST_CASE("the absolute form loses its authority") {
  CHECK(decoded("http://example.org/a?b=c").path == "/a");
  CHECK(decoded("HTTPS://example.org").path == "/");
  CHECK(decoded("http://example.org?b").query == Fields{{"b", ""}});
}

TEST_CASE("the asterisk is for OPTIONS alone") {
  CHECK(decoded("*", "OPTIONS").path == "*");
  CHECK(is_refused("*"));
}

TEST_CASE("what cannot be decoded is refused") {
  for (const std::string_view target :
       {"",        "a",       "/%",         "/%4",      "/%4g",    "/%g4",      "/%00",      "/%ff",
        "/%c3",    "/%c0%af", "/%ed%a0%80", "/#",       "/a b",    "/\x7f",     "/\xc3\xa4", "/?%",
        "/?a=%zz", "/?%00",   "/?a=%fe",    "ftp://a/", "http://", "http:///a", "a:443"}) {
    INFO(target);
    CHECK(is_refused(target));
  }
}

TEST_CASE("UTF-8 may not be put together from two segments") { CHECK(is_refused("/%c3/%a4")); }
