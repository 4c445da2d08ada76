#include "tests/contract/world.h"

using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::test;

namespace {

NewWebhook webhook_of(const std::string& token, WebhookSettings settings) {
  return {{"wh_" + token}, kPartner, std::move(settings), std::string(32, 'k'), kStart};
}

WebhookSettings settings_for(const std::string& url,
                             std::vector<EventType> types = {EventType::product_added}) {
  return {kContract,  url, std::move(types), WebhookStatus::active, DeliveryOrder::by_subject,
          "for tests"};
}

}  // namespace

TEMPLATE_TEST_CASE("a webhook is stored as it was given, numbered from one", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  auto& webhooks = world.session().webhooks();
  const auto settings =
      settings_for("https://a.example/", {EventType::product_added, EventType::product_removed});
  const Webhook first = std::get<Webhook>(webhooks.create(webhook_of("first", settings)));
  CHECK(first.number == 1);
  CHECK(first.version == 1);
  CHECK(first.settings == settings);
  CHECK(first.created_at == kStart);
  CHECK_FALSE(first.status_reason.has_value());
  const Webhook found = webhooks.find(kPartner, first.id).value();
  CHECK(found.settings == settings);
  CHECK_FALSE(webhooks.find(kStranger, first.id).has_value());
}

TEMPLATE_TEST_CASE("numbers are never used again", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  auto& webhooks = world.session().webhooks();
  webhooks.create(webhook_of("one", settings_for("https://a.example/1")));
  const auto two =
      std::get<Webhook>(webhooks.create(webhook_of("two", settings_for("https://a.example/2"))));
  webhooks.remove(kPartner, two.id, std::nullopt);
  CHECK(std::get<Webhook>(webhooks.create(webhook_of("three", settings_for("https://a.example/3"))))
            .number == 3);
}

TEMPLATE_TEST_CASE("the same contract, URL and type twice names the first", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  auto& webhooks = world.session().webhooks();
  const auto settings =
      settings_for("https://a.example/", {EventType::product_added, EventType::product_updated});
  const auto first = std::get<Webhook>(webhooks.create(webhook_of("first", settings)));
  const auto result = webhooks.create(
      webhook_of("second", settings_for("https://a.example/", {EventType::product_updated})));
  REQUIRE(std::holds_alternative<DuplicateSubscription>(result));
  CHECK(std::get<DuplicateSubscription>(result).existing == first.id);
  CHECK(std::get<DuplicateSubscription>(result).type == EventType::product_updated);
  // Nothing of the refused one is left, not even its number.
  const auto other = std::get<Webhook>(webhooks.create(
      webhook_of("third", settings_for("https://a.example/", {EventType::product_removed}))));
  CHECK(other.number == 2);
  auto taken = other.settings;
  taken.event_types = {EventType::product_added};
  CHECK(std::holds_alternative<DuplicateSubscription>(
      webhooks.replace(kPartner, other.id, taken, {}, kStart)));
}

TEMPLATE_TEST_CASE("a contract that is unknown or another partner's is refused", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  world.session().contracts().put({{"CTR-9"}, kStranger, "Zenith", true}, kStart);
  for (const char* contract : {"CTR-9", "CTR-404"}) {
    auto settings = settings_for("https://a.example/");
    settings.contract = {contract};
    CHECK(std::holds_alternative<UnknownContract>(
        world.session().webhooks().create(webhook_of("x", settings))));
  }
}

TEMPLATE_TEST_CASE("a stale version changes nothing", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  auto& webhooks = world.session().webhooks();
  const auto first =
      std::get<Webhook>(webhooks.create(webhook_of("first", settings_for("https://a.example/"))));
  auto changed = first.settings;
  changed.description = "new";
  const auto second =
      std::get<Webhook>(webhooks.replace(kPartner, first.id, changed, 1, kStart + 1s));
  CHECK(second.version == 2);
  CHECK(second.updated_at == kStart + 1s);
  const auto stale = webhooks.replace(kPartner, first.id, first.settings, 1, kStart + 2s);
  REQUIRE(std::holds_alternative<StaleVersion>(stale));
  CHECK(std::get<StaleVersion>(stale).current == 2);
  CHECK(std::holds_alternative<StaleVersion>(webhooks.remove(kPartner, first.id, 1)));
  CHECK(std::holds_alternative<NotFound>(webhooks.remove(kStranger, first.id, 2)));
  CHECK(webhooks.find(kPartner, first.id).value().settings == changed);
}

TEMPLATE_TEST_CASE("settings that change nothing keep the version", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  auto& webhooks = world.session().webhooks();
  const auto first =
      std::get<Webhook>(webhooks.create(webhook_of("first", settings_for("https://a.example/"))));
  CHECK(std::get<Webhook>(webhooks.replace(kPartner, first.id, first.settings, {}, kStart + 1s))
            .version == 1);
}

TEMPLATE_TEST_CASE("lists filter, sort and page", "", WEBHOOKS_ENGINES) {
  World<TestType> world;
  auto& webhooks = world.session().webhooks();
  world.session().contracts().put({{"CTR-2"}, kPartner, "Second", true}, kStart);
  for (int i = 1; i <= 5; ++i) {
    auto settings =
        settings_for("https://" + std::string(1, static_cast<char>('f' - i)) + ".example/100%_" +
                         std::to_string(i),
                     {i % 2 ? EventType::product_added : EventType::flight_delay_status_changed});
    if (i == 5) settings.contract = {"CTR-2"};
    if (i == 3) settings.status = WebhookStatus::inactive;
    webhooks.create(webhook_of("w" + std::to_string(i), settings));
  }
  const auto numbers = [&](WebhookQuery query, std::int64_t offset = 0, std::int64_t limit = 10) {
    query.partner = kPartner;
    std::vector<std::int64_t> out;
    const auto page = webhooks.list(query, offset, limit);
    for (const Webhook& webhook : page.webhooks) out.push_back(webhook.number);
    out.push_back(-page.total);
    return out;
  };
  using Numbers = std::vector<std::int64_t>;
  WebhookQuery query;
  CHECK(numbers(query) == Numbers{1, 2, 3, 4, 5, -5});
  CHECK(numbers(query, 3, 1) == Numbers{4, -5});
  query.descending = true;
  CHECK(numbers(query, 0, 2) == Numbers{5, 4, -5});
  query.sort = WebhookSort::status;  // ties by number, in the same direction
  CHECK(numbers(query) == Numbers{3, 5, 4, 2, 1, -5});
  query = {};
  query.sort = WebhookSort::url;
  CHECK(numbers(query) == Numbers{5, 4, 3, 2, 1, -5});
  query = {};
  query.contracts = {{"CTR-2"}};
  CHECK(numbers(query) == Numbers{5, -1});
  query = {};
  query.event_types = {EventType::flight_delay_status_changed};
  CHECK(numbers(query) == Numbers{2, 4, -2});
  query = {};
  query.statuses = {WebhookStatus::inactive};
  CHECK(numbers(query) == Numbers{3, -1});
  query = {};
  query.numbers = {2, 5, 99};
  CHECK(numbers(query) == Numbers{2, 5, -2});
  query = {};
  query.url_contains = "EXAMPLE/100%_4";
  CHECK(numbers(query) == Numbers{4, -1});
  query.url_contains = "1000_4";
  CHECK(numbers(query) == Numbers{0});
  query = {};
  query.partner = kStranger;
  CHECK(webhooks.list(query, 0, 10).total == 0);
}

TEMPLATE_TEST_CASE("a rotated secret keeps the old one valid for its overlap", "",
                   WEBHOOKS_ENGINES) {
  World<TestType> world;
  auto& webhooks = world.session().webhooks();
  const WebhookId id = world.add_webhook();
  CHECK(webhooks.secrets(kPartner, id, kStart).size() == 1);
  CHECK(webhooks.rotate_secret(kPartner, id, std::string(32, 'n'), kStart, kStart + 1h));
  const auto both = webhooks.secrets(kPartner, id, kStart + 1h - 1ms);
  REQUIRE(both.size() == 2);
  CHECK(both[0].bytes == std::string(32, 'n'));
  CHECK(both[1].expires_at == kStart + 1h);
  CHECK(webhooks.secrets(kPartner, id, kStart + 1h).size() == 1);
  CHECK_FALSE(webhooks.rotate_secret(kStranger, id, std::string(32, 'x'), kStart, kStart));
  CHECK(webhooks.secrets(kStranger, id, kStart).empty());
}
