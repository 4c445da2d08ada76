#pragma once

#include <catch2/catch.hpp>
#include <future>
#include <string>

#include "api/portal/portal.h"
#include "api/routes.h"
#include "api/serving/pipeline.h"
#include "common/base/log.h"
#include "common/domain/limits.h"
#include "common/json/parse.h"
#include "tests/contract/engine.h"

// The whole API below the edge, in this process, on a database of its own.
namespace webhooks::api::test {

class FixedClock final : public Clock {
 public:
  Time now() const override { return time; }
  Time time = Time(Millis(1'764'150'720'000));  // 2025-11-26T09:52:00Z
};

// Keeps an answer for whoever waits for it.
class Keeper final : public http::Responder::Target {
 public:
  void deliver(http::Reply reply) override { promise_.set_value(std::move(reply)); }
  http::Reply wait() { return promise_.get_future().get(); }

 private:
  std::promise<http::Reply> promise_;
};

inline std::string header(const http::Reply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers)
    if (key == name) return value;
  return "";
}

inline json::Document body(const http::Reply& reply) {
  auto parsed = json::parse(reply.body);
  REQUIRE(std::holds_alternative<json::Document>(parsed));
  return std::move(std::get<json::Document>(parsed));
}

// "url:scheme_not_allowed" for each error, in order.
inline std::vector<std::string> errors(const http::Reply& reply) {
  const auto problem = body(reply);
  std::vector<std::string> all;
  if (!problem.HasMember("errors")) return all;
  for (const auto& error : problem["errors"].GetArray())
    all.push_back(error["field"].GetString() + std::string(":") + error["code"].GetString());
  return all;
}

inline std::string code(const http::Reply& reply) {
  const std::string type = body(reply)["type"].GetString();
  return type.substr(type.rfind(':') + 1);
}

class Service {
 public:
  Service() {
    log::configure(log::Level::error, log::Format::text);
    auto session = engine.backend().connect();
    session->contracts().put({{"CTR-1"}, {"acme"}, "Acme", true}, clock.time);
    session->contracts().put({{"CTR-9"}, {"zenith"}, "Zenith", true}, clock.time);
    partner = add_key(*session, Role::partner, "acme");
    stranger = add_key(*session, Role::partner, "zenith");
    producer = add_key(*session, Role::producer, "");
    admin = add_key(*session, Role::admin, "");
  }

  http::Reply ask(const std::string& key, std::string method, const std::string& path,
                  std::string text = "", http::Fields headers = {}, http::Fields query = {}) {
    http::Request request{
        std::move(method), path,    {},         std::move(query), std::move(headers),
        std::move(text),   "req_1", "127.0.0.1"};
    for (std::size_t at = 1; at <= path.size();) {
      const auto slash = std::min(path.find('/', at), path.size());
      request.segments.push_back(path.substr(at, slash - at));
      at = slash + 1;
    }
    if (!key.empty()) request.headers.emplace_back("Authorization", "Bearer " + key);
    if (!request.body.empty() && !request.header("Content-Type"))
      request.headers.emplace_back("Content-Type", "application/json");
    const auto keeper = std::make_shared<Keeper>();
    pipeline.handle(std::move(request), http::Responder(keeper));
    return keeper->wait();
  }

  // The id of a new webhook of `acme`.
  std::string add_webhook(const std::string& url = "https://partner.example/hooks") {
    const auto made =
        ask(partner, "POST", "/webhooks",
            R"({"contract_id":"CTR-1","event_types":["product.added"],"url":")" + url + "\"}");
    REQUIRE(made.status == 201);
    return body(made)["id"].GetString();
  }

  store::test::SqliteEngine engine;
  FixedClock clock;
  SystemRandom random;
  json::EventCatalog catalog;
  WebhookRules rules;
  std::string zone = "UTC";
  Cors cors{{"https://spa.example"}};
  Portal portal{{}};
  SecretVault vault;
  Router router{make_routes(rules, catalog, random, zone, portal)};
  Metrics metrics{"test"};
  KeyUsage key_usage;
  Sessions sessions{engine.backend()};
  KeyAuthenticator authenticator;
  Rate rate;
  Gate gate{authenticator, rate};
  Committer committer{[this] { return engine.backend().connect(); }};
  SlowPool slow{1, 8};
  Pipeline pipeline{
      {router, cors, gate, sessions, committer, slow, metrics, key_usage, clock, random, vault}};
  std::string partner, stranger, producer, admin;

 private:
  std::string add_key(store::Session& session, Role role, const std::string& owner) {
    const std::string key = new_api_key(random);
    ApiKey kept{{random_token("key_", random)},
                role,
                std::nullopt,
                "",
                clock.now(),
                std::nullopt,
                std::nullopt};
    if (!owner.empty()) kept.partner = PartnerId{owner};
    session.keys().add(kept, hash_of_key(key));
    return key;
  }
};

}  // namespace webhooks::api::test
