#include <algorithm>
#include <functional>
#include <map>
#include <sqlite3.h>

#include "common/store/sqlite/connection.h"
#include "common/store/sqlite/webhook_rows.h"
#include "common/store/sqlite/webhook_selection.h"
#include "tests/contract/world.h"

// SQLite's own: lists of many webhooks come from indexes, whatever is filtered and sorted.
using namespace webhooks;
using namespace webhooks::store;
using namespace webhooks::store::sqlite;
using namespace webhooks::store::test;

namespace {

constexpr std::array kSorts{
    WebhookSort::number, WebhookSort::contract_id, WebhookSort::url,       WebhookSort::event_type,
    WebhookSort::status, WebhookSort::created_at,  WebhookSort::updated_at};

constexpr std::string_view kFill = R"sql(
  INSERT INTO partner (id) VALUES ('acme'), ('zenith');
  INSERT INTO contract SELECT 'CTR-' || value, 'acme', 'Acme', 1 FROM generate_series;
  INSERT INTO webhook (id, partner_id, number, contract_id, url, status, delivery_order, description, version,
                       created_at, updated_at)
  SELECT printf('wh_%026d', value), 'acme', value, 'CTR-' || ((value - 1) % 100 + 1),
         printf('https://host%06d.example/hooks/%d', value * 7919 % 1000003, value % 10),
         iif(value % 3, 'active', 'inactive'), 'by_subject', '', 1, value * 31 % 1009, value * 17 % 1013
  FROM generate_series;
  UPDATE partner SET last_webhook_number = (SELECT max(value) FROM generate_series) WHERE id = 'acme';
  INSERT INTO subscription SELECT contract_id, 'product.added', url, key FROM webhook;
  INSERT INTO subscription SELECT contract_id, 'product.removed', url, key FROM webhook WHERE number % 500 = 0;
  INSERT INTO flow (webhook) SELECT key FROM webhook;
  INSERT INTO webhook_url (rowid, url)
  SELECT (p.serial << 40) + w.number, w.url FROM webhook w JOIN partner p ON p.id = w.partner_id;)sql";

// What the statements of a connection cost, counted so that it does not depend on the machine.
class Meter {
 public:
  struct Cost {
    std::int64_t steps = 0;  // of SQLite's virtual machine
    std::int64_t pages = 0;  // asked of the cache; a search for URLs reads some without a step
  };

  // Watches the connection that `open` opens.
  void watch(const std::function<void()>& open) {
    opening() = this;
    REQUIRE(sqlite3_auto_extension(reinterpret_cast<void (*)()>(opened)) == SQLITE_OK);
    open();
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(opened));
  }

  Cost cost_of(const std::function<void()>& work) {
    steps_ = 0;
    const std::int64_t pages = pages_so_far();
    work();
    return {steps_, pages_so_far() - pages};
  }

 private:
  static Meter*& opening() {
    static Meter* meter = nullptr;
    return meter;
  }
  static int opened(sqlite3* db, char**, const void*) {
    opening()->db_ = db;
    return sqlite3_trace_v2(db, SQLITE_TRACE_PROFILE, ended, opening());
  }
  static int ended(unsigned, void* self, void* statement, void*) {
    static_cast<Meter*>(self)->steps_ += sqlite3_stmt_status(
        static_cast<sqlite3_stmt*>(statement), SQLITE_STMTSTATUS_VM_STEP, /*resetFlg=*/1);
    return 0;
  }
  std::int64_t pages_so_far() const {
    std::int64_t pages = 0;
    for (const int kind : {SQLITE_DBSTATUS_CACHE_HIT, SQLITE_DBSTATUS_CACHE_MISS}) {
      int count = 0, unused = 0;
      sqlite3_db_status(db_, kind, &count, &unused, 0);
      pages += count;
    }
    return pages;
  }

  sqlite3* db_ = nullptr;
  std::int64_t steps_ = 0;
};

// A partner with many webhooks: of a hundred contracts, a third inactive, every 500th with two
// types.
class Crowd {
 public:
  explicit Crowd(int count)
      : path_((folder_.path() / "test.db").string()), backend_(open_backend("sqlite:" + path_)) {
    backend_->migrate();
    Connection filler(path_, Connection::Mode::existing);
    filler.script("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000;");
    filler.script("CREATE TEMP TABLE generate_series (value INTEGER PRIMARY KEY);");
    filler.script("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
                  std::to_string(count) + ") INSERT INTO generate_series SELECT i FROM n");
    filler.script("BEGIN;" + std::string(kFill) + "COMMIT;");
    db_ = std::make_unique<Connection>(path_, Connection::Mode::existing);
    meter_.watch([this] { session_ = backend_->connect(); });
  }

  WebhookStore& webhooks() { return session_->webhooks(); }
  Meter& meter() { return meter_; }

  // How SQLite means to read the page, and on the way there the total.
  std::string plan(const WebhookQuery& query, std::int64_t* total = nullptr) {
    const WebhookSelection chosen = select_webhooks(*db_, query);
    if (total) *total = chosen.total;
    Connection::Adhoc explain(*db_, "EXPLAIN QUERY PLAN SELECT " + std::string(kWebhookColumns) +
                                        " FROM " + chosen.from + chosen.filter.sql() +
                                        chosen.order + " LIMIT 50");
    chosen.filter.bind(explain);
    std::string text;
    for (Rows rows = explain.rows(); rows.next();) text += rows.text(3) + "; ";
    return text;
  }

 private:
  TemporaryFolder folder_;
  const std::string path_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Connection> db_;
  Meter meter_;
  std::unique_ptr<Session> session_;
};

WebhookQuery of_acme() {
  WebhookQuery query;
  query.partner = kPartner;
  return query;
}

// Filled once for all that need so many.
Crowd& hundred_thousand() {
  static Crowd crowd(100'000);
  return crowd;
}

// One filter of each kind; what they find in a crowd of n.
std::map<std::string, WebhookQuery> filters() {
  std::map<std::string, WebhookQuery> all;
  all["none"] = of_acme();
  (all["number"] = of_acme()).numbers = {3, 77, 500'000};
  (all["contract"] = of_acme()).contracts = {{"CTR-7"}};
  (all["two contracts"] = of_acme()).contracts = {{"CTR-7"}, {"CTR-9"}};
  (all["rare type"] = of_acme()).event_types = {EventType::product_removed};
  (all["common type"] = of_acme()).event_types = {EventType::product_added};
  (all["status"] = of_acme()).statuses = {WebhookStatus::inactive};
  (all["rare url"] = of_acme()).url_contains = "HOST000077";
  (all["common url"] = of_acme()).url_contains = "example/hooks/7";
  (all["short url"] = of_acme()).url_contains = "/7";
  all["status and type"] = all["status"];
  all["status and type"].event_types = {EventType::product_removed};
  return all;
}

bool in_order(const Webhook& a, const Webhook& b, WebhookSort sort) {
  const auto types = [](const Webhook& webhook) {
    std::string labels;
    for (const EventType type : webhook.settings.event_types)
      labels += std::string(label(type)) + ", ";
    return labels;
  };
  const auto by = [&](const auto& of) {
    return std::tuple(of(a), a.number) < std::tuple(of(b), b.number);
  };
  switch (sort) {
    case WebhookSort::number:
      return a.number < b.number;
    case WebhookSort::contract_id:
      return by([](const Webhook& w) { return w.settings.contract.value; });
    case WebhookSort::url:
      return by([](const Webhook& w) { return w.settings.url; });
    case WebhookSort::event_type:
      return by(types);
    case WebhookSort::status:
      return by([](const Webhook& w) { return to_string(w.settings.status); });
    case WebhookSort::created_at:
      return by([](const Webhook& w) { return w.created_at; });
    case WebhookSort::updated_at:
      return by([](const Webhook& w) { return w.updated_at; });
  }
  return false;
}

}  // namespace

TEST_CASE("a page of a hundred thousand webhooks is read along an index, in its order") {
  Crowd& crowd = hundred_thousand();
  for (const auto& [name, filtered] : filters()) {
    for (const WebhookSort sort : kSorts) {
      for (const bool descending : {false, true}) {
        WebhookQuery query = filtered;
        query.sort = sort;
        query.descending = descending;
        std::int64_t total = 0;
        const std::string plan = crowd.plan(query, &total);
        INFO(name << ": " << plan);
        CHECK(plan.starts_with("SEARCH w USING "));
        CHECK(plan.find("SCAN w;") == std::string::npos);
        CHECK(plan.find("SCAN w ") == std::string::npos);
        if (total > kSortedAtOnce) CHECK(plan.find("TEMP B-TREE") == std::string::npos);
      }
    }
  }
  WebhookQuery query = filters()["rare url"];
  CHECK(crowd.plan(query).find("VIRTUAL TABLE INDEX") != std::string::npos);
  query = filters()["contract"];
  query.sort = WebhookSort::updated_at;
  CHECK(crowd.plan(query).find("webhook_by_contract_id (partner_id=? AND contract_id=?)") !=
        std::string::npos);
}

TEST_CASE("every filter finds, sorts and counts what a look at each webhook would") {
  Crowd crowd(5'000);
  std::vector<Webhook> all;
  crowd.webhooks().for_each(of_acme(), [&](const Webhook& webhook) { all.push_back(webhook); });
  REQUIRE(all.size() == 5'000);
  const auto has = [](const auto& wanted, const auto& value) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
  };
  for (const auto& [name, filtered] : filters()) {
    for (const WebhookSort sort : kSorts) {
      WebhookQuery query = filtered;
      query.sort = sort;
      std::string piece = query.url_contains.value_or("");
      std::transform(piece.begin(), piece.end(), piece.begin(),
                     [](unsigned char c) { return std::tolower(c); });
      std::vector<Webhook> wanted;
      for (const Webhook& webhook : all) {
        const auto& types = webhook.settings.event_types;
        const bool has_type = query.event_types.empty() ||
                              std::any_of(types.begin(), types.end(), [&](EventType type) {
                                return has(query.event_types, type);
                              });
        if (has(query.numbers, webhook.number) && has(query.contracts, webhook.settings.contract) &&
            has(query.statuses, webhook.settings.status) && has_type &&
            webhook.settings.url.find(piece) != std::string::npos)
          wanted.push_back(webhook);
      }
      std::sort(wanted.begin(), wanted.end(),
                [&](const Webhook& a, const Webhook& b) { return in_order(a, b, sort); });
      for (const bool descending : {false, true}) {
        INFO(name << ", sort " << static_cast<int>(sort) << (descending ? " descending" : ""));
        query.descending = descending;
        const auto page = crowd.webhooks().list(query, 20, 100);
        CHECK(page.total == static_cast<std::int64_t>(wanted.size()));
        std::vector<std::int64_t> got;
        std::vector<std::int64_t> due;
        for (const Webhook& webhook : page.webhooks) got.push_back(webhook.number);
        for (std::size_t i = 20; i < std::min<std::size_t>(120, wanted.size()); ++i)
          due.push_back(wanted[descending ? wanted.size() - 1 - i : i].number);
        CHECK(got == due);
      }
    }
  }
}

TEST_CASE("a hundred times the webhooks make no page a hundred times dearer") {
  Crowd few(1'000);
  Crowd& many = hundred_thousand();
  for (const auto& [name, filtered] : filters()) {
    // Their totals are counted, and a hundred times as many match.
    if (name == "common url" || name == "short url") continue;
    for (const WebhookSort sort : kSorts) {
      WebhookQuery query = filtered;
      query.sort = sort;
      const auto list = [&](Crowd& crowd) {
        return crowd.meter().cost_of(
            [&] { CHECK(crowd.webhooks().list(query, 0, 50).webhooks.size() <= 50); });
      };
      const Meter::Cost one = list(few);
      const Meter::Cost hundred = list(many);
      INFO(name << ", sort " << static_cast<int>(sort));
      CHECK((one.steps > 0 && one.pages > 0));  // it is counted at all
      // Some have a hundred times the matches too, and two thousand may still be sorted at once.
      CHECK(hundred.steps < 25 * (one.steps + 1'000));
      CHECK(hundred.pages < 25 * (one.pages + 300));
    }
  }
}

TEST_CASE("what changes is found by what it is now, and what is deleted not at all") {
  Crowd crowd(10);
  auto& webhooks = crowd.webhooks();
  const auto found = [&](const std::string& piece) {
    WebhookQuery query = of_acme();
    query.url_contains = piece;
    return webhooks.list(query, 0, 10).total;
  };
  WebhookQuery third = of_acme();
  third.numbers = {3};
  const Webhook webhook = webhooks.list(third, 0, 1).webhooks.at(0);
  CHECK(found("elsewhere") == 0);
  WebhookSettings settings = webhook.settings;
  settings.url = "https://elsewhere.example/\"quoted\"";
  settings.event_types = {EventType::flight_delay_status_changed, EventType::product_updated};
  settings.status = WebhookStatus::active;
  webhooks.replace(kPartner, webhook.id, settings, {}, kStart);
  CHECK(found("ELSEwhere") == 1);
  CHECK(found("\"quoted\"") == 1);
  CHECK(found("example/hooks") == 9);
  WebhookQuery query = of_acme();
  query.event_types = {EventType::product_updated};
  CHECK(webhooks.list(query, 0, 10).webhooks.at(0).settings == settings);
  query.statuses = {WebhookStatus::inactive};
  CHECK(webhooks.list(query, 0, 10).total == 0);
  webhooks.remove(kPartner, webhook.id, {});
  CHECK(found("elsewhere") == 0);
  query.statuses = {};
  CHECK(webhooks.list(query, 0, 10).total == 0);
  CHECK(webhooks.list(of_acme(), 0, 20).total == 9);
  query = of_acme();
  query.partner = kStranger;
  query.url_contains = "example";
  CHECK(webhooks.list(query, 0, 10).total == 0);
}
