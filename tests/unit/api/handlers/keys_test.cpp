#include "tests/unit/api/service.h"

using namespace webhooks;
using namespace webhooks::api;
using namespace webhooks::api::test;

TEST_CASE("keys are made for roles, and listed without themselves") {
  Service service;
  const auto made = service.ask(service.admin, "POST", "/api-keys",
                                R"({"role":"partner","partner_id":"acme","name":"SPA"})");
  REQUIRE(made.status == 201);
  const std::string key = body(made)["key"].GetString();
  CHECK(key.starts_with("whk_"));
  const auto listed = service.ask(service.admin, "GET", "/api-keys");
  CHECK(listed.body.find(key) == std::string::npos);
  CHECK(body(listed)["data"].Size() == 5);
  CHECK(service.ask(key, "GET", "/webhooks").status == 200);
}

TEST_CASE("a key's rules are told all at once") {
  Service service;
  const auto refused = [&](const std::string& text) {
    const auto answer = service.ask(service.admin, "POST", "/api-keys", text);
    CHECK(answer.status == 422);
    return errors(answer);
  };
  CHECK(refused(R"({"role":"king","expires_at":"2020-01-01T00:00:00Z","x":1})") ==
        std::vector<std::string>{"role:not_allowed", "expires_at:out_of_range", "x:unknown_field"});
  CHECK(refused(R"({"role":"partner"})") == std::vector<std::string>{"partner_id:required"});
  CHECK(refused(R"({"role":"admin","partner_id":"acme"})") ==
        std::vector<std::string>{"partner_id:not_allowed"});
}

TEST_CASE("contracts are added, changed and removed by admins") {
  Service service;
  const auto put = [&](const std::string& text) {
    return service.ask(service.admin, "PUT", "/contracts/CTR-5", text);
  };
  const auto added = put(R"({"partner_id":"acme","name":"Five"})");
  CHECK(added.status == 201);
  CHECK(header(added, "Location") == "/contracts/CTR-5");
  CHECK(put(R"({"partner_id":"acme","name":"Five","active":false})").status == 200);
  CHECK(put(R"({"partner_id":"zenith","name":"Five"})").status == 409);
  CHECK(errors(put(R"({"partner_id":"a b","name":""})")) ==
        std::vector<std::string>{"partner_id:invalid_id", "name:too_short"});
  CHECK(body(service.ask(service.partner, "GET", "/contracts"))["data"].Size() == 2);
  CHECK(body(service.ask(service.admin, "GET", "/contracts"))["data"].Size() == 3);
  CHECK(service.ask(service.admin, "DELETE", "/contracts/CTR-5").status == 204);
  CHECK(service.ask(service.admin, "DELETE", "/contracts/CTR-5").status == 404);
  service.add_webhook();
  CHECK(service.ask(service.admin, "DELETE", "/contracts/CTR-1").status == 409);
}
