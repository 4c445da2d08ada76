#include "common/json/event_catalog.h"

#include <catch2/catch.hpp>
#include <thread>

#include "common/json/parse.h"

using namespace webhooks;

namespace {

json::Document example(const json::EventCatalog& catalog, EventType type) {
  return std::move(std::get<json::Document>(json::parse(catalog.entry(type).example)));
}

bool names(const std::vector<json::FieldError>& errors, std::string_view field,
           std::string_view code) {
  for (const auto& error : errors)
    if (error.field == field && error.code == code) return true;
  return false;
}

}  // namespace

TEST_CASE("every type has a description, a schema and a valid example") {
  const json::EventCatalog catalog;
  for (const EventType type : kEventTypes) {
    CHECK_FALSE(catalog.entry(type).description.empty());
    CHECK(catalog.check(type, example(catalog, type)).empty());
    CHECK(json::example_subject(type).find('/') != std::string::npos);
  }
}

TEST_CASE("all bad fields are named at once") {
  const json::EventCatalog catalog;
  const auto type = EventType::flight_delay_status_changed;
  auto data = example(catalog, type);
  auto& allocator = data.GetAllocator();
  data.RemoveMember("booking_id");
  data["status"].SetString("lost");
  data["delay_minutes"].SetString("much");
  data["flight"].RemoveMember("number");
  data["flight"]["departure_airport"].SetString("fra");
  data["flight"]["scheduled_departure"].SetString("yesterday");
  data.AddMember("colour", "red", allocator);
  const auto errors = catalog.check(type, data);
  CHECK(names(errors, "booking_id", "required"));
  CHECK(names(errors, "status", "not_allowed"));
  CHECK(names(errors, "delay_minutes", "wrong_type"));
  CHECK(names(errors, "flight.number", "required"));
  CHECK(names(errors, "flight.departure_airport", "wrong_format"));
  CHECK(names(errors, "flight.scheduled_departure", "invalid_time"));
  CHECK(names(errors, "colour", "unknown_field"));
  CHECK(errors.size() == 7);
}

TEST_CASE("data that is no object is one error of the whole") {
  const json::EventCatalog catalog;
  const auto errors =
      catalog.check(EventType::product_added, std::get<json::Document>(json::parse("[1]")));
  REQUIRE(errors.size() == 1);
  CHECK(errors.front().field.empty());
  CHECK(errors.front().code == "wrong_type");
}

TEST_CASE("many threads check at once") {
  const json::EventCatalog catalog;
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      auto good = example(catalog, EventType::product_updated);
      auto bad = example(catalog, EventType::product_updated);
      bad["price"]["currency"].SetString("euro");
      for (int n = 0; n < 200; ++n) {
        if (!catalog.check(EventType::product_updated, good).empty()) ++wrong;
        if (!names(catalog.check(EventType::product_updated, bad), "price.currency",
                   "wrong_format"))
          ++wrong;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == 0);
}
