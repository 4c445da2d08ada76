#include "api/serving/idempotency.h"

#include "tests/unit/api/service.h"

using namespace webhooks;
using namespace webhooks::api;
using namespace webhooks::api::test;

namespace {

const std::string kWebhook =
    R"({"contract_id":"CTR-1","event_types":["product.added"],"url":"https://partner.example/hooks"})";

}  // namespace

TEST_CASE("the same key with the same body replays the first answer") {
  Service service;
  const http::Fields key{{"Idempotency-Key", "k-1"}};
  const auto first = service.ask(service.partner, "POST", "/webhooks", kWebhook, key);
  const auto again = service.ask(service.partner, "POST", "/webhooks", kWebhook, key);
  CHECK(first.status == 201);
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(header(again, "Location") == header(first, "Location"));
  CHECK(header(first, "Idempotent-Replayed").empty());
  CHECK(header(again, "Idempotent-Replayed") == "true");
}

TEST_CASE("the same key with another body or route is refused") {
  Service service;
  const http::Fields key{{"Idempotency-Key", "k-1"}};
  service.ask(service.partner, "POST", "/webhooks", kWebhook, key);
  auto other = kWebhook;
  other.replace(other.find("hooks"), 5, "other");
  const auto refused = service.ask(service.partner, "POST", "/webhooks", other, key);
  CHECK(refused.status == 422);
  CHECK(code(refused) == "idempotency-key-reused");
}

TEST_CASE("keys of different callers never meet, and a key ends after its window") {
  Service service;
  const http::Fields key{{"Idempotency-Key", "k-1"}};
  CHECK(service.ask(service.partner, "POST", "/webhooks", kWebhook, key).status == 201);
  auto theirs = kWebhook;
  theirs.replace(theirs.find("CTR-1"), 5, "CTR-9");
  CHECK(service.ask(service.stranger, "POST", "/webhooks", theirs, key).status == 201);
  service.clock.time += limits::kIdempotencyWindow + Millis(1);
  CHECK(service.ask(service.partner, "POST", "/webhooks", kWebhook, key).status == 409);
}

TEST_CASE("an answer that failed is not kept") {
  Service service;
  const http::Fields key{{"Idempotency-Key", "k-1"}};
  auto unknown = kWebhook;
  unknown.replace(unknown.find("CTR-1"), 5, "CTR-2");
  CHECK(service.ask(service.partner, "POST", "/webhooks", unknown, key).status == 422);
  CHECK(service.ask(service.partner, "POST", "/webhooks", kWebhook, key).status == 201);
}

TEST_CASE("a key that is none is refused") {
  Service service;
  for (const std::string& bad :
       {std::string(""), std::string("a b"), std::string(256, 'x'), std::string("\xc3\xa9")})
    CHECK(service.ask(service.partner, "POST", "/webhooks", kWebhook, {{"Idempotency-Key", bad}})
              .status == 400);
}

TEST_CASE("no secret of a kept answer stands in the database") {
  Service service;
  const auto made =
      service.ask(service.partner, "POST", "/webhooks", kWebhook, {{"Idempotency-Key", "k-1"}});
  const std::string secret = body(made)["secret"].GetString();
  const auto kept = service.engine.backend().connect();
  const auto keys = kept->keys().list();
  bool found = false;
  for (const ApiKey& key : keys)
    if (const auto reply = kept->idempotency().find(key.id.value, "k-1", service.clock.now())) {
      found = true;
      CHECK(reply->reply.find(secret) == std::string::npos);
      CHECK(reply->reply.find("whsec_") == std::string::npos);
    }
  CHECK(found);
}
