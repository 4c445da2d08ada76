#include "common/json/event_text.h"

#include <catch2/catch.hpp>

#include "common/domain/limits.h"

using namespace webhooks;

namespace {

constexpr std::int64_t kNow = 1'764'150'720'000;  // 2025-11-26T09:52:00Z

struct Row {
  std::string id = "evt_1", type = "product.added", contract = "CTR-1", subject = "product/PR-7",
              data = "";
  std::int64_t occurred_at = kNow;
  std::optional<std::int64_t> expires_at = std::nullopt;
};

std::string fault(const json::EventCatalog& catalog, Row row) {
  if (row.data.empty()) row.data = catalog.entry(EventType::product_added).example;
  return json::check_outbox_row(catalog, row.id, row.type, row.contract, row.subject, row.data,
                                row.occurred_at, row.expires_at)
      .value_or("");
}

}  // namespace

TEST_CASE("a delivery's body is these bytes") {
  const Event event{
      {"evt_1"},    EventType::product_added,   {"CTR-1"}, "product/PR-7", Time(Millis(kNow)),
      std::nullopt, "{\"product_id\":\"PR-7\"}"};
  CHECK(json::delivery_body(event, 42) ==
        "{\"id\":\"evt_1\",\"type\":\"product.added\",\"timestamp\":\"2025-11-26T09:52:00.000Z\","
        "\"contract_id\":\"CTR-1\",\"subject\":\"product/"
        "PR-7\",\"sequence\":42,\"data\":{\"product_id\":\"PR-7\"}}");
}

TEST_CASE("a row as it should be passes") {
  const json::EventCatalog catalog;
  CHECK(fault(catalog, {}).empty());
  CHECK(fault(catalog, {.expires_at = kNow + 1}).empty());
}

TEST_CASE("a bad column is named") {
  const json::EventCatalog catalog;
  CHECK(fault(catalog, {.id = "a.b"}).starts_with("id "));
  CHECK(fault(catalog, {.type = "product.renamed"}).starts_with("type "));
  CHECK(fault(catalog, {.contract = "a b"}).starts_with("contract_id "));
  CHECK(fault(catalog, {.subject = "a\nb"}).starts_with("subject "));
  CHECK(fault(catalog, {.data = "{"}).starts_with("data is not JSON"));
  CHECK(fault(catalog, {.data = "[]"}) == "data must be a JSON object");
  CHECK(fault(catalog, {.data = "{}"}).starts_with("data.product_id is missing (and "));
  CHECK(fault(catalog, {.data = std::string(limits::kEventBytes + 1, ' ')})
            .starts_with("data is larger"));
}

TEST_CASE("times in another unit are recognised") {
  const json::EventCatalog catalog;
  CHECK(fault(catalog, {.occurred_at = kNow / 1000}).find("seconds") != std::string::npos);
  CHECK(fault(catalog, {.occurred_at = kNow * 1000}).find("microseconds") != std::string::npos);
  CHECK(fault(catalog, {.expires_at = kNow / 1000}).starts_with("expires_at "));
}
