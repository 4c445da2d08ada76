#include "common/json/parse.h"

#include <catch2/catch.hpp>

#include "common/json/writer.h"

using namespace webhooks;

namespace {

std::string refusal(std::string_view text) {
  auto parsed = json::parse(text);
  const auto* error = std::get_if<json::ParseError>(&parsed);
  return error == nullptr ? "" : error->message;
}

std::string compact(std::string_view text) {
  return json::to_text(std::get<json::Document>(json::parse(text)));
}

}  // namespace

TEST_CASE("a sound text is parsed and written compactly") {
  CHECK(compact(" { \"a\" : [1, -2.5, true, null, \"\\u00e9\"] } ") ==
        "{\"a\":[1,-2.5,true,null,\"é\"]}");
  CHECK(compact("9007199254740993") == "9007199254740993");
  CHECK(compact("0.1") == "0.1");
}

TEST_CASE("what is not strict JSON is refused with its place") {
  CHECK(refusal("").find("empty") != std::string::npos);
  CHECK_FALSE(refusal("{\"a\":1} x").empty());
  CHECK_FALSE(refusal("{\"a\":1,}").empty());
  CHECK_FALSE(refusal("\"\xff\"").empty());
  CHECK_FALSE(refusal("nul").empty());
  CHECK(refusal("\xEF\xBB\xBF{}").find("byte order mark") != std::string::npos);
  CHECK(refusal(std::string_view("{}\0", 3)).find("NUL") != std::string::npos);
  auto parsed = json::parse("{\"a\":tru}");
  CHECK(std::get<json::ParseError>(parsed).offset > 4);
}

TEST_CASE("unpaired surrogate escapes are refused") {
  CHECK_FALSE(refusal("\"\\ud800\"").empty());
  CHECK_FALSE(refusal("\"\\udc00\"").empty());
  CHECK(refusal("\"\\ud83d\\ude00\"").empty());
}

TEST_CASE("depth is capped while parsing") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(refusal(nested(limits::kJsonDepth)).empty());
  CHECK(refusal(nested(limits::kJsonDepth + 1)).find("deeper") != std::string::npos);
  CHECK_FALSE(refusal(std::string(5'000'000, '[')).empty());
}

TEST_CASE("a repeated member is refused by name, at any depth") {
  CHECK(refusal("{\"a\":1,\"b\":2,\"a\":3}").find("\"a\"") != std::string::npos);
  CHECK(refusal("[{\"x\":{\"k\":1,\"\\u006b\":2}}]").find("\"k\"") != std::string::npos);
  CHECK(refusal("{\"a\":{\"a\":1}}").empty());
}

TEST_CASE("text that is no UTF-8 is written as JSON all the same") {
  json::Writer out;
  out.begin_object().field("a", std::string_view("x\xff")).field("t", Time(Millis(0))).end_object();
  CHECK(out.take() == "{\"a\":\"x\xEF\xBF\xBD\",\"t\":\"1970-01-01T00:00:00.000Z\"}");
}
