#include "api/wire/router.h"

#include <catch2/catch.hpp>

using namespace webhooks;
using namespace webhooks::api;

namespace {

Route route(std::string_view method, std::string_view pattern) {
  return {method, pattern, Access::open(), "application/json",
          Plain{[](const Call&) { return http::Reply{}; }}};
}

const Router& router() {
  static const Router instance({route("GET", "/"), route("GET", "/webhooks"),
                                route("GET", "/webhooks/export"), route("GET", "/webhooks/{id}"),
                                route("DELETE", "/webhooks/{id}"),
                                route("POST", "/webhooks/{id}/secret/rotate")});
  return instance;
}

std::string pattern_of(std::string_view method, const std::vector<std::string>& segments) {
  const auto match = router().match(method, segments);
  const auto* matched = std::get_if<Matched>(&match);
  return matched == nullptr ? "" : std::string(matched->route->pattern);
}

}  // namespace

TEST_CASE("paths find their routes and ids") {
  CHECK(pattern_of("GET", {}) == "/");
  CHECK(pattern_of("GET", {""}) == "/");
  CHECK(pattern_of("GET", {"webhooks"}) == "/webhooks");
  CHECK(pattern_of("GET", {"webhooks", "export"}) == "/webhooks/export");
  CHECK(pattern_of("HEAD", {"webhooks", "wh_1"}) == "/webhooks/{id}");
  const auto match = router().match("POST", {"webhooks", "a/b", "secret", "rotate"});
  CHECK(std::get<Matched>(match).ids == std::vector<std::string>{"a/b"});
}

TEST_CASE("what is no route is no path or no method of it") {
  CHECK(std::holds_alternative<NoSuchPath>(router().match("GET", {"nope"})));
  CHECK(std::holds_alternative<NoSuchPath>(router().match("GET", {"webhooks", ""})));
  CHECK(std::holds_alternative<NoSuchPath>(router().match("GET", {"webhooks", "a", "b"})));
  CHECK(std::get<NoSuchMethod>(router().match("PUT", {"webhooks", "x"})).allow ==
        "GET, HEAD, DELETE, OPTIONS");
  CHECK(std::get<NoSuchMethod>(router().match("DELETE", {"webhooks", "export"})).allow ==
        "GET, HEAD, OPTIONS");
  CHECK(std::get<OptionsAsked>(router().match("OPTIONS", {"webhooks"})).allow ==
        "GET, HEAD, OPTIONS");
}
