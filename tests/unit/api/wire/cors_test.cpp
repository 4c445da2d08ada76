#include "api/wire/cors.h"

#include "tests/unit/api/service.h"

using namespace webhooks;
using namespace webhooks::api;
using namespace webhooks::api::test;

TEST_CASE("origins of the allow-list get their headers, on errors too") {
  Service service;
  const http::Fields spa{{"Origin", "https://spa.example"}};
  const auto refused = service.ask("", "GET", "/webhooks", "", spa);
  CHECK(refused.status == 401);
  CHECK(header(refused, "Access-Control-Allow-Origin") == "https://spa.example");
  CHECK(header(refused, "Access-Control-Expose-Headers").find("ETag") != std::string::npos);
  CHECK(header(refused, "Vary") == "Origin");
  const auto other = service.ask("", "GET", "/webhooks", "", {{"Origin", "https://evil.example"}});
  CHECK(header(other, "Access-Control-Allow-Origin").empty());
  CHECK(header(other, "Vary") == "Origin");
}

TEST_CASE("every route answers a preflight") {
  Service service;
  for (const Route& route : service.router.routes()) {
    const auto answer =
        service.ask("", "OPTIONS", std::string(route.pattern), "",
                    {{"Origin", "https://spa.example"}, {"Access-Control-Request-Method", "POST"}});
    CHECK(answer.status == 204);
    CHECK(header(answer, "Access-Control-Allow-Methods").find(std::string(route.method)) !=
          std::string::npos);
    CHECK(header(answer, "Access-Control-Allow-Headers").find("Authorization") !=
          std::string::npos);
  }
}

TEST_CASE("what is an origin") {
  CHECK(is_origin("https://spa.example"));
  CHECK(is_origin("http://localhost:3000"));
  CHECK(is_origin("*"));
  for (const char* bad : {"", "spa.example", "https://", "https://a/", "https://A.example", "null"})
    CHECK_FALSE(is_origin(bad));
}
