#include "common/json/object_reader.h"

#include <catch2/catch.hpp>

#include "common/json/parse.h"

using namespace webhooks;
using json::Need;

namespace {

json::Document parsed(std::string_view text) {
  return std::move(std::get<json::Document>(json::parse(text)));
}

std::optional<json::ObjectReader::Fault> any(const std::string&) { return std::nullopt; }

}  // namespace

TEST_CASE("members are read by their types") {
  const auto body =
      parsed(R"({"t":"x","b":true,"n":5,"at":"2025-11-26T09:52:00Z","l":["a","b"],"z":null})");
  std::vector<json::FieldError> errors;
  json::ObjectReader reader(body, errors);
  CHECK(reader.text("t", Need::required) == "x");
  CHECK(reader.boolean("b", Need::required) == true);
  CHECK(reader.integer("n", Need::required, 1, 9) == 5);
  CHECK(reader.time("at", Need::required).has_value());
  CHECK(reader.texts("l", Need::required, any)->size() == 2);
  CHECK(reader.is_null("z"));
  CHECK(reader.member("z", Need::optional) != nullptr);
  CHECK_FALSE(reader.text("missing", Need::optional));
  reader.finish();
  CHECK(errors.empty());
}

TEST_CASE("every error is noted with its path and a stable code") {
  const auto body = parsed(R"({"t":1,"n":10,"l":["a",2],"id":"x","what":1})");
  std::vector<json::FieldError> errors;
  json::ObjectReader reader(body, errors, "events[3].");
  CHECK_FALSE(reader.text("t", Need::required));
  CHECK_FALSE(reader.integer("n", Need::required, 1, 9));
  CHECK_FALSE(reader.texts("l", Need::required, any));
  CHECK_FALSE(reader.text("gone", Need::required));
  reader.read_only({"id"});
  reader.finish();
  std::vector<std::pair<std::string, std::string>> found;
  for (const auto& error : errors) found.emplace_back(error.field, error.code);
  const std::vector<std::pair<std::string, std::string>> wanted{
      {"events[3].t", "wrong_type"},    {"events[3].n", "out_of_range"},
      {"events[3].l[1]", "wrong_type"}, {"events[3].gone", "required"},
      {"events[3].id", "read_only"},    {"events[3].what", "unknown_field"}};
  CHECK(found == wanted);
}

TEST_CASE("what is no object is the only error") {
  const auto body = parsed("[1]");
  std::vector<json::FieldError> errors;
  json::ObjectReader reader(body, errors);
  CHECK_FALSE(reader.text("t", Need::required));
  reader.finish();
  REQUIRE(errors.size() == 1);
  CHECK(errors.front() == json::FieldError{"", "wrong_type", "must be a JSON object"});
}

TEST_CASE("an array of nothing but mistakes has a bounded answer") {
  std::string text = R"({"l":[1)";
  for (int i = 0; i < 10'000; ++i) text += ",1";
  const auto body = parsed(text + "]}");
  std::vector<json::FieldError> errors;
  json::ObjectReader reader(body, errors);
  CHECK_FALSE(reader.texts("l", Need::required, any));
  REQUIRE(errors.size() == 20);
  CHECK(errors.back().field == "l[19]");
}

TEST_CASE("an array's elements of a wrong type and of a wrong word are all named") {
  const auto body = parsed(R"({"l":["good",2,"bad",null,"good"]})");
  std::vector<json::FieldError> errors;
  json::ObjectReader reader(body, errors);
  CHECK_FALSE(reader.texts("l", Need::required, [](const std::string& word) {
    return word == "good" ? std::nullopt
                          : std::optional(json::ObjectReader::Fault{"not_allowed", "is not good"});
  }));
  REQUIRE(errors.size() == 3);
  CHECK(errors[0] == json::FieldError{"l[1]", "wrong_type", "must be a string"});
  CHECK(errors[1] == json::FieldError{"l[2]", "not_allowed", "is not good"});
  CHECK(errors[2] == json::FieldError{"l[3]", "wrong_type", "must be a string"});
}
