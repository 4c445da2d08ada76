#include "tests/unit/api/service.h"

using namespace webhooks;
using namespace webhooks::api;
using namespace webhooks::api::test;

TEST_CASE("without a valid key every closed route answers 401") {
  Service service;
  for (const Route& route : service.router.routes()) {
    if (route.access.is_open()) continue;
    const std::string path(route.pattern);
    const auto missing = service.ask("", std::string(route.method), path);
    CHECK(missing.status == 401);
    CHECK(code(missing) == "credentials-required");
    CHECK(header(missing, "WWW-Authenticate").starts_with("Bearer"));
    const auto wrong =
        service.ask("whk_00000000000000000000000000", std::string(route.method), path);
    CHECK(wrong.status == 401);
    CHECK(code(wrong) == "invalid-credentials");
  }
}

TEST_CASE("roles keep to their routes") {
  Service service;
  for (const Route& route : service.router.routes()) {
    if (route.access.is_open()) continue;
    const std::vector<std::pair<Role, std::string>> callers{{Role::partner, service.partner},
                                                            {Role::producer, service.producer},
                                                            {Role::admin, service.admin}};
    for (const auto& [role, key] : callers) {
      const auto answer = service.ask(key, std::string(route.method), std::string(route.pattern));
      CHECK((answer.status == 403) == !route.access.admits(role));
    }
  }
}

TEST_CASE("another partner's things answer exactly as those that do not exist") {
  Service service;
  const std::string id = service.add_webhook();
  const auto test = service.ask(service.partner, "POST", "/webhooks/" + id + "/test");
  REQUIRE(test.status == 202);
  const std::string delivery = body(test)["id"].GetString();
  const std::string settings =
      R"({"contract_id":"CTR-9","event_types":["product.added"],"url":"https://stranger.example/"})";
  const std::string span = R"({"since":"2025-01-01T00:00:00Z","until":"2026-01-01T00:00:00Z"})";
  const std::vector<std::tuple<std::string, std::string, std::string>> asks{
      {"GET", "/webhooks/{}", ""},           {"PUT", "/webhooks/{}", settings},
      {"PATCH", "/webhooks/{}", "{}"},       {"DELETE", "/webhooks/{}", ""},
      {"GET", "/webhooks/{}/secret", ""},    {"POST", "/webhooks/{}/secret/rotate", ""},
      {"POST", "/webhooks/{}/test", ""},     {"GET", "/webhooks/{}/deliveries", ""},
      {"POST", "/webhooks/{}/recover", span}};
  for (const auto& [method, pattern, text] : asks) {
    const auto at = [&, shape = std::string(pattern)](const std::string& name) {
      std::string path = shape;
      return path.replace(path.find("{}"), 2, name);
    };
    const auto theirs = service.ask(service.stranger, method, at(id), text);
    const auto nobodys = service.ask(service.stranger, method, at("wh_none"), text);
    CHECK(theirs.status == 404);
    CHECK(theirs.body == nobodys.body);
  }
  CHECK(service.ask(service.stranger, "GET", "/deliveries/" + delivery).status == 404);
  CHECK(service.ask(service.stranger, "POST", "/deliveries/" + delivery + "/retry").status == 404);
  CHECK(service.ask(service.partner, "GET", "/deliveries/" + delivery).status == 200);
  CHECK(body(service.ask(service.stranger, "GET", "/webhooks"))["total"].GetInt() == 0);
}

TEST_CASE("errors carry the request's id, and know routes from methods") {
  Service service;
  const auto missing = service.ask("", "GET", "/nope");
  CHECK(missing.status == 404);
  CHECK(body(missing)["request_id"] == "req_1");
  CHECK(header(missing, "Content-Type") == "application/problem+json");
  const auto method = service.ask("", "DELETE", "/webhooks");
  CHECK(method.status == 405);
  CHECK(header(method, "Allow") == "GET, HEAD, POST, OPTIONS");
  CHECK(service.ask(service.partner, "GET", "/webhooks", "", {{"Accept", "text/html"}}).status ==
        406);
}

TEST_CASE("a key that is revoked or expired is refused at once") {
  Service service;
  const auto made = service.ask(service.admin, "POST", "/api-keys",
                                R"({"role":"producer","expires_at":"2025-11-26T10:00:00Z"})");
  REQUIRE(made.status == 201);
  const std::string key = body(made)["key"].GetString();
  CHECK(service.ask(key, "GET", "/event-types").status == 200);
  service.clock.time += std::chrono::hours(1);
  CHECK(service.ask(key, "GET", "/event-types").status == 401);
  service.clock.time -= std::chrono::hours(1);
  CHECK(service.ask(service.admin, "DELETE", header(made, "Location")).status == 204);
  CHECK(service.ask(key, "GET", "/event-types").status == 401);
  CHECK(service.ask(service.admin, "DELETE", header(made, "Location")).status == 404);
}
