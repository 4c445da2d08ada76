#include "tests/unit/api/service.h"

using namespace webhooks;
using namespace webhooks::api;
using namespace webhooks::api::test;

namespace {

std::string settings(const std::string& more = "") {
  return R"({"contract_id":"CTR-1","event_types":["product.removed","product.added","product.added"],)"
         R"("url":"HTTPS://Partner.Example:443")" +
         more + "}";
}

}  // namespace

TEST_CASE("what is created is shown normalised, and stays so") {
  Service service;
  const auto made = service.ask(service.partner, "POST", "/webhooks", settings());
  REQUIRE(made.status == 201);
  const auto webhook = body(made);
  CHECK(webhook["url"] == "https://partner.example/");
  CHECK(webhook["event_types"].Size() == 2);
  CHECK(webhook["event_types"][0] == "product.added");
  CHECK(webhook["number"].GetInt() == 1);
  CHECK(webhook["status"] == "active");
  CHECK(webhook["delivery_order"] == "by_subject");
  CHECK(header(made, "ETag") == "\"1\"");
  CHECK(header(made, "Cache-Control") == "no-store");
  const auto read = service.ask(service.partner, "GET", header(made, "Location"));
  CHECK(read.status == 200);
  CHECK_FALSE(body(read).HasMember("secret"));
  CHECK(service
            .ask(service.partner, "GET", header(made, "Location"), "", {{"If-None-Match", "\"1\""}})
            .status == 304);
  CHECK(body(service.ask(service.partner, "GET", header(made, "Location") + "/secret"))["secret"] ==
        webhook["secret"]);
}

TEST_CASE("every bad field is named at once") {
  Service service;
  const auto answer =
      service.ask(service.partner, "POST", "/webhooks",
                  R"({"contract_id":"a b","url":"http://x.example/","event_types":["nope"],)"
                  R"("status":"on","delivery_order":1,"description":"\u0007","number":7,"x":1})");
  CHECK(answer.status == 422);
  CHECK(errors(answer) ==
        std::vector<std::string>{"contract_id:invalid_id", "url:scheme_not_allowed",
                                 "event_types[0]:not_allowed", "status:not_allowed",
                                 "delivery_order:wrong_type", "description:control_character",
                                 "number:read_only", "x:unknown_field"});
  CHECK(errors(service.ask(service.partner, "POST", "/webhooks", "{}")) ==
        std::vector<std::string>{"contract_id:required", "url:required", "event_types:required"});
}

TEST_CASE("what the worker would refuse is refused here") {
  Service service;
  for (const char* url :
       {"https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "https://10.0.0.1/"}) {
    const auto answer =
        service.ask(service.partner, "POST", "/webhooks",
                    R"({"contract_id":"CTR-1","event_types":["product.added"],"url":")" +
                        std::string(url) + "\"}");
    CHECK(errors(answer) == std::vector<std::string>{"url:address_not_allowed"});
  }
}

TEST_CASE("a contract that is not the partner's own is unknown") {
  Service service;
  for (const char* contract : {"CTR-9", "CTR-404"}) {
    const auto answer = service.ask(
        service.partner, "POST", "/webhooks",
        R"({"event_types":["product.added"],"url":"https://a.example/","contract_id":")" +
            std::string(contract) + "\"}");
    CHECK(errors(answer) == std::vector<std::string>{"contract_id:unknown_contract"});
  }
}

TEST_CASE("a duplicate names the first") {
  Service service;
  const std::string first = service.add_webhook("https://partner.example/");
  const auto answer = service.ask(service.partner, "POST", "/webhooks", settings());
  CHECK(answer.status == 409);
  CHECK(body(answer)["webhook_id"] == first.c_str());
}

TEST_CASE("a merge patch changes what it names, null takes back to the default") {
  Service service;
  const std::string path = "/webhooks/" + service.add_webhook();
  const auto patch = [&](const std::string& text, http::Fields headers = {}) {
    return service.ask(service.partner, "PATCH", path, text, std::move(headers));
  };
  CHECK(body(patch(R"({"description":"x","status":"inactive"})"))["version"].GetInt() == 2);
  const auto back = body(patch(R"({"description":null,"status":null})"));
  CHECK(back["description"] == "");
  CHECK(back["status"] == "active");
  CHECK(header(patch("{}"), "ETag") == "\"3\"");
  CHECK(errors(patch(R"({"url":null})")) == std::vector<std::string>{"url:wrong_type"});
  CHECK(patch("[]").status == 422);
  CHECK(patch("{}", {{"Content-Type", "application/merge-patch+json"}}).status == 200);
  CHECK(patch("{}", {{"Content-Type", "text/plain"}}).status == 415);
}

TEST_CASE("If-Match guards changes and removal") {
  Service service;
  const std::string path = "/webhooks/" + service.add_webhook();
  const auto with = [&](std::string method, std::string tag, std::string text) {
    return service.ask(service.partner, std::move(method), path, std::move(text),
                       {{"If-Match", std::move(tag)}});
  };
  CHECK(with("PATCH", "\"1\"", R"({"description":"x"})").status == 200);
  const auto stale = with("PATCH", "\"1\"", R"({"description":"y"})");
  CHECK(stale.status == 412);
  CHECK(header(stale, "ETag") == "\"2\"");
  CHECK(with("PATCH", "W/\"2\"", "{}").status == 412);
  CHECK(with("PATCH", "\"7\", \"2\"", "{}").status == 200);
  CHECK(with("PUT", "\"9\"", settings()).status == 412);
  CHECK(with("PUT", "*", settings()).status == 200);
  CHECK(with("DELETE", "\"1\"", "").status == 412);
  CHECK(with("DELETE", "\"3\"", "").status == 204);
  CHECK(with("DELETE", "\"3\"", "").status == 404);
}

TEST_CASE("lists filter, sort and page") {
  Service service;
  for (const char* host : {"c", "a", "b"})
    service.add_webhook("https://" + std::string(host) + ".example/");
  const auto list = [&](http::Fields query) {
    return service.ask(service.partner, "GET", "/webhooks", "", {}, std::move(query));
  };
  const auto sorted = body(list({{"sort", "-url"}, {"page_size", "2"}}));
  CHECK(sorted["total"].GetInt() == 3);
  CHECK(sorted["data"].Size() == 2);
  CHECK(sorted["data"][0]["url"] == "https://c.example/");
  CHECK(body(list({{"url", "A.EXAMPLE"}}))["total"].GetInt() == 1);
  CHECK(body(list({{"number", "1"}, {"number", "3"}}))["total"].GetInt() == 2);
  CHECK(body(list({{"status", "inactive"}}))["total"].GetInt() == 0);
  const auto bad = list({{"sort", "colour"}, {"status", "on"}, {"page_size", "201"}, {"q", "x"}});
  CHECK(bad.status == 400);
  CHECK(errors(bad).size() == 4);
}

TEST_CASE("rotating a secret keeps the one before for the overlap") {
  Service service;
  const std::string path = "/webhooks/" + service.add_webhook() + "/secret";
  const std::string before = body(service.ask(service.partner, "GET", path))["secret"].GetString();
  const auto rotated =
      body(service.ask(service.partner, "POST", path + "/rotate", R"({"overlap_seconds":60})"));
  CHECK(rotated["secret"] != before.c_str());
  CHECK(rotated["previous"][0]["secret"] == before.c_str());
  CHECK(rotated["previous"][0]["expires_at"] == "2025-11-26T09:53:00.000Z");
  service.clock.time += std::chrono::minutes(2);
  CHECK(body(service.ask(service.partner, "GET", path))["previous"].Empty());
  CHECK(service.ask(service.partner, "POST", path + "/rotate", R"({"overlap_seconds":604801})")
            .status == 422);
}

TEST_CASE("a test event becomes a delivery that can be read and retried") {
  Service service;
  const std::string path = "/webhooks/" + service.add_webhook();
  const auto queued =
      service.ask(service.partner, "POST", path + "/test", R"({"event_type":"product.updated"})");
  REQUIRE(queued.status == 202);
  CHECK(body(queued)["event_type"] == "product.updated");
  const auto read = service.ask(service.partner, "GET", header(queued, "Location"));
  CHECK(body(read)["attempts"].Empty());
  CHECK(service.ask(service.partner, "POST", header(queued, "Location") + "/retry").status == 202);
  const auto log = body(service.ask(service.partner, "GET", path + "/deliveries"));
  CHECK(log["data"].Size() == 1);
  CHECK(log["next_cursor"].IsNull());
  service.ask(service.partner, "PATCH", path, R"({"status":"inactive"})");
  CHECK(code(service.ask(service.partner, "POST", path + "/test")) == "webhook-inactive");
  CHECK(
      service.ask(service.partner, "POST", path + "/recover", R"({"since":"2025-11-26T00:00:00Z"})")
          .status == 422);
}
