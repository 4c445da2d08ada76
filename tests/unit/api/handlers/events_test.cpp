#include "tests/unit/api/service.h"

using namespace webhooks;
using namespace webhooks::api;
using namespace webhooks::api::test;

namespace {

struct Fixture : Service {
  std::string event(const std::string& more = "", const std::string& type = "product.added") {
    return R"({"type":")" + type + R"(","contract_id":"CTR-1","subject":"product/PR-7","data":)" +
           std::string(catalog.entry(*event_type_from(type)).example) + more + "}";
  }
  http::Reply publish(const std::string& text) { return ask(producer, "POST", "/events", text); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "one event is published and read back") {
  const auto published = publish(event(R"(,"timestamp":"2025-11-26T09:00:00+01:00")"));
  REQUIRE(published.status == 202);
  CHECK(body(published)["status"] == "pending");
  const auto read = body(ask(producer, "GET", header(published, "Location")));
  CHECK(read["timestamp"] == "2025-11-26T08:00:00.000Z");
  CHECK(read["matched"].IsNull());
  CHECK(read["data"]["product_id"].IsString());
  CHECK(ask(producer, "GET", "/events/none").status == 404);
}

TEST_CASE_METHOD(Fixture, "a batch answers in its order, or names the index of each bad event") {
  const auto good =
      publish(R"({"events":[)" + event(R"(,"id":"b")") + ',' + event(R"(,"id":"a")") + "]}");
  REQUIRE(good.status == 202);
  CHECK(body(good)["data"][0]["id"] == "b");
  CHECK(body(good)["data"][1]["id"] == "a");
  const auto bad = publish(R"({"events":[)" + event(R"(,"id":"c")") + R"(,{"type":"x"},7]})");
  CHECK(bad.status == 422);
  CHECK(errors(bad) == std::vector<std::string>{"events[1].type:not_allowed",
                                                "events[1].contract_id:required",
                                                "events[1].subject:required",
                                                "events[1].data:required", "events[2]:wrong_type"});
  CHECK(ask(producer, "GET", "/events/c").status == 404);
  CHECK(publish(R"({"events":[]})").status == 422);
  CHECK(publish(R"({"events":[],"x":1})").status == 422);
}

TEST_CASE_METHOD(Fixture, "a producer's own id makes publishing idempotent") {
  CHECK(publish(event(R"(,"id":"mine")")).status == 202);
  clock.time += std::chrono::minutes(5);
  CHECK(publish(event(R"(,"id":"mine")")).status == 202);
  const auto other = publish(event(R"(,"id":"mine","expires_at":"2025-12-01T00:00:00Z")"));
  CHECK(other.status == 409);
  CHECK(errors(other) == std::vector<std::string>{"id:id_taken"});
  const auto within =
      publish(R"({"events":[)" + event(R"(,"id":"twin")") + ',' + event(R"(,"id":"twin")") + "]}");
  CHECK(within.status == 202);
  CHECK(body(within)["data"].Size() == 2);
  const auto clash = publish(R"({"events":[)" + event(R"(,"id":"z")") + ',' +
                             event(R"(,"id":"z")", "product.removed") + "]}");
  CHECK(clash.status == 409);
  CHECK(errors(clash) == std::vector<std::string>{"events[1].id:id_taken"});
}

TEST_CASE_METHOD(Fixture, "limits have clear answers") {
  std::string large = event();
  large.insert(large.find("\"name\":\"") + 8, std::string(limits::kEventBytes, 'x'));
  const auto answer = publish(large);
  CHECK(answer.status == 413);
  CHECK(errors(answer) == std::vector<std::string>{"data:too_large"});
  std::string batch = R"({"events":[0)";
  for (std::size_t i = 0; i < limits::kBatchEvents; ++i) batch += ",0";
  CHECK(publish(batch + "]}").status == 413);
}

TEST_CASE_METHOD(Fixture, "times and contracts are checked") {
  CHECK(errors(publish(event(R"(,"timestamp":"soon")"))) ==
        std::vector<std::string>{"timestamp:invalid_time"});
  CHECK(errors(publish(event(R"(,"timestamp":"1999-01-01T00:00:00Z")"))) ==
        std::vector<std::string>{"timestamp:out_of_range"});
  std::string unknown = event();
  unknown.replace(unknown.find("CTR-1"), 5, "CTR-2");
  CHECK(errors(publish(unknown)) == std::vector<std::string>{"contract_id:unknown_contract"});
}

TEST_CASE_METHOD(Fixture, "event types are shown with schema and example") {
  const auto types = body(ask(partner, "GET", "/event-types"));
  REQUIRE(types["data"].Size() == 4);
  CHECK(types["data"][0]["id"] == "flight_delay.status_changed");
  CHECK(types["data"][0]["schema"].IsObject());
  CHECK(types["data"][0]["example"].IsObject());
}
