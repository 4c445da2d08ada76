#include "api/wire/query.h"

#include <catch2/catch.hpp>

using namespace webhooks;
using namespace webhooks::api;

TEST_CASE("parameters are read, and every bad one is named") {
  const http::Fields parameters{{"page", "2"},  {"limit", "0"}, {"when", "soon"}, {"twice", "a"},
                                {"twice", "b"}, {"what", "x"},  {"what", "y"},    {"empty", ""}};
  Query query(parameters);
  CHECK(query.integer("page", 1, 10) == 2);
  CHECK_FALSE(query.integer("limit", 1, 10));
  CHECK_FALSE(query.time("when"));
  CHECK_FALSE(query.text("twice", 10));
  CHECK_FALSE(query.text("empty", 10));
  CHECK_FALSE(query.boolean("absent"));
  std::vector<std::string> found;
  for (const auto& error : query.finish()) found.push_back(error.field + ':' + error.code);
  CHECK(found == std::vector<std::string>{"limit:invalid_value", "when:invalid_value",
                                          "twice:repeated", "empty:invalid_value",
                                          "what:unknown_parameter"});
}

TEST_CASE("a list takes every repeat, up to its limit") {
  http::Fields parameters;
  for (int i = 0; i < 50; ++i) parameters.emplace_back("number", std::to_string(i));
  Query query(parameters);
  CHECK(query
            .list<std::int64_t>(
                "number", [](const std::string& text) { return parse_integer(text); }, "")
            .size() == 50);
  CHECK(query.finish().empty());
  parameters.emplace_back("number", "51");
  Query longer(parameters);
  longer.list<std::int64_t>(
      "number", [](const std::string& text) { return parse_integer(text); }, "");
  CHECK(longer.finish().size() == 1);
}

TEST_CASE("whole numbers only") {
  CHECK(parse_integer("-5") == -5);
  for (const char* bad : {"", "+1", "1.0", " 1", "1 ", "0x1", "9223372036854775808"})
    CHECK_FALSE(parse_integer(bad));
}
