#include "common/domain/delivery.h"

#include <catch2/catch.hpp>

#include "common/domain/webhook.h"

using namespace webhooks;

namespace {
const WebhookId kWebhook{"wh_0123456789abcdefghijklmnop"};
}

TEST_CASE("a delivery's id names its webhook and its sequence there") {
  const DeliveryId id = delivery_id(kWebhook, 42);
  CHECK(id.value == "dlv_0123456789abcdefghijklmnop_42");
  const auto name = parse_delivery_id(id.value).value();
  CHECK(name.webhook == kWebhook);
  CHECK(name.sequence == 42);
}

TEST_CASE("what is no delivery id is told apart") {
  for (const char* text :
       {"", "dlv_", "dlv_0123456789abcdefghijklmnop", "dlv_0123456789abcdefghijklmnop_",
        "dlv_0123456789abcdefghijklmnop_0", "dlv_0123456789abcdefghijklmnop_042",
        "dlv_0123456789abcdefghijklmnop_-1", "dlv_0123456789abcdefghijklmnop_4x",
        "wh_0123456789abcdefghijklmnop_4", "dlv_0123456789abcdefghijklmnop_99999999999999999999"}) {
    INFO(text);
    CHECK_FALSE(parse_delivery_id(text).has_value());
  }
}

TEST_CASE("names and values of every enum agree both ways") {
  for (const EventType type : kEventTypes) CHECK(event_type_from(to_string(type)) == type);
  for (const char* name :
       {"pending", "sending", "delivered", "failed", "expired", "superseded", "cancelled"})
    CHECK(to_string(delivery_state_from(name).value()) == name);
  for (const char* name : {"by_subject", "latest", "any"})
    CHECK(to_string(delivery_order_from(name).value()) == name);
  CHECK_FALSE(event_type_from("product.sold").has_value());
  CHECK_FALSE(delivery_state_from("Delivered").has_value());
}

TEST_CASE("subjects and ids are bounded and clean") {
  CHECK(is_subject("booking/BK-20391 Zürich"));
  CHECK_FALSE(is_subject(""));
  CHECK_FALSE(is_subject("a\nb"));
  CHECK_FALSE(is_subject(std::string(201, 'a')));
  CHECK(is_event_id("my-id_1"));
  CHECK_FALSE(is_event_id("a.b"));
  CHECK(is_contract_id("CTR-1001.a_b"));
  CHECK_FALSE(is_contract_id(std::string(65, 'a')));
  CHECK_FALSE(is_contract_id("a/b"));
}
