#include "api/wire/body.h"

#include <catch2/catch.hpp>

using namespace webhooks;
using namespace webhooks::api;

namespace {

int refusal(std::string type, std::string text) {
  http::Request request;
  if (!type.empty()) request.headers.emplace_back("content-type", std::move(type));
  request.body = std::move(text);
  const auto read = read_body(request);
  const auto* refused = std::get_if<http::Reply>(&read);
  return refused == nullptr ? 0 : refused->status;
}

}  // namespace

TEST_CASE("bodies are JSON of the right media type") {
  CHECK(refusal("application/json", "{}") == 0);
  CHECK(refusal("Application/JSON; charset=UTF-8", "{}") == 0);
  CHECK(refusal("application/json; charset=latin-1", "{}") == 415);
  CHECK(refusal("text/plain", "{}") == 415);
  CHECK(refusal("", "{}") == 415);
  CHECK(refusal("application/json", "{") == 400);
  CHECK(refusal("application/json", "") == 400);
}

TEST_CASE("Accept decides by its most specific range") {
  for (const char* good :
       {"", "*/*", "application/json", "application/*", "text/html, */*;q=0.1", "*",
        "application/json;q=0.5", "APPLICATION/JSON", "text/html,application/json"})
    CHECK(accepts(good, kJson));
  for (const char* bad : {"text/html", "application/json;q=0", "application/json;q=0.000, */*",
                          "image/*", "application/problem+json"})
    CHECK_FALSE(accepts(bad, kJson));
}
