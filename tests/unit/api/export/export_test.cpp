#include "api/export/export.h"

#include <cstdlib>

#include "api/handlers/export.h"
#include "common/domain/limits.h"
#include "tests/unit/api/service.h"

using namespace webhooks;
using namespace webhooks::api;
using namespace webhooks::api::test;

namespace {

// Temporary files go into a folder of the test's own while this lives.
class OwnTemporaryFolder {
 public:
  OwnTemporaryFolder() { ::setenv("TMPDIR", folder_.path().c_str(), 1); }
  ~OwnTemporaryFolder() { ::unsetenv("TMPDIR"); }
  bool is_empty() const { return std::filesystem::is_empty(folder_.path()); }

 private:
  store::test::TemporaryFolder folder_;
};

std::string read_all(const http::Reply& reply) {
  std::string all;
  for (std::string piece = reply.stream(); !piece.empty(); piece = reply.stream()) all += piece;
  return all;
}

// Says that it has `total` webhooks, and must not be asked for them.
class CrowdedStore final : public store::WebhookStore {
 public:
  explicit CrowdedStore(std::int64_t total) : total_(total) {}

  store::WebhookPage list(const store::WebhookQuery&, std::int64_t, std::int64_t) override {
    return {{}, total_};
  }
  void for_each(const store::WebhookQuery&, const std::function<void(const Webhook&)>&) override {
    ++read;
  }
  store::CreateResult create(const store::NewWebhook&) override { throw std::logic_error("asked"); }
  std::optional<Webhook> find(const PartnerId&, const WebhookId&) override { return {}; }
  store::ReplaceResult replace(const PartnerId&, const WebhookId&, const WebhookSettings&,
                               std::optional<std::int64_t>, Time) override {
    return store::NotFound{};
  }
  store::RemoveResult remove(const PartnerId&, const WebhookId&,
                             std::optional<std::int64_t>) override {
    return store::NotFound{};
  }
  std::vector<SigningSecret> secrets(const PartnerId&, const WebhookId&, Time) override {
    return {};
  }
  bool rotate_secret(const PartnerId&, const WebhookId&, const std::string&, Time, Time) override {
    return false;
  }

  int read = 0;

 private:
  const std::int64_t total_;
};

}  // namespace

TEST_CASE("the file's name has the date and time of the zone") {
  const Time now = *parse_rfc3339("2025-11-26T10:52:00Z");
  CHECK(export_file_name(now, "UTC") == "Webhooks_26112025_1052.xlsx");
  CHECK(export_file_name(now, "Europe/Berlin") == "Webhooks_26112025_1152.xlsx");
  CHECK(export_file_name(now, "Pacific/Auckland") == "Webhooks_26112025_2352.xlsx");
  CHECK_FALSE(export_file_name(now, "Mars/Olympus"));
  CHECK_FALSE(export_file_name(now, "../../etc/passwd"));
}

TEST_CASE("cells hold what a sheet can hold") {
  CHECK(cell_text("=1+1") == "=1+1");
  CHECK(cell_text("a\tb\x01") == "a\tb\xEF\xBF\xBD");
  CHECK(cell_text("x\xff") == "x\xEF\xBF\xBD");
  CHECK(cell_text("\xEF\xBF\xBF") == "\xEF\xBF\xBD");
  CHECK(cell_text("_x0041_") == "_x005F_x0041_");
  CHECK(cell_text("_x00zz_") == "_x00zz_");
  CHECK(cell_text(std::string(40'000, 'a')).size() == 32'767);
  std::string accents;
  for (int i = 0; i < 20'000; ++i) accents += "é";
  CHECK(cell_text(accents).size() == 32'766);
}

TEST_CASE("an export is a zip of the length it says, and leaves no file") {
  const OwnTemporaryFolder temporary;
  Service service;
  service.add_webhook();
  {
    const auto answer =
        service.ask(service.partner, "GET", "/webhooks/export", "", {}, {{"tz", "Europe/Berlin"}});
    REQUIRE(answer.status == 200);
    CHECK(header(answer, "Content-Disposition") ==
          "attachment; filename=\"Webhooks_26112025_1052.xlsx\"");
    const std::string content = read_all(answer);
    CHECK(content.starts_with("PK"));
    CHECK(content.size() == answer.stream_length);
  }
  // Given up before its end: as when the client leaves.
  service.ask(service.partner, "GET", "/webhooks/export").stream();
  CHECK(service.ask(service.partner, "GET", "/webhooks/export", "", {}, {{"tz", "Mars"}}).status ==
        400);
  CHECK(service.ask(service.partner, "GET", "/webhooks/export", "", {}, {{"page", "1"}}).status ==
        400);
}

TEST_CASE("more webhooks than a sheet has rows are refused before a byte is written") {
  const OwnTemporaryFolder temporary;
  const Call call{{}, {Role::partner, PartnerId{"PTR-1"}, "key_1"}, {}, Time{}};
  CrowdedStore fits(limits::kExportRows);
  CHECK(export_webhooks(call, fits, "UTC").status == 200);
  CHECK(fits.read == 1);

  CrowdedStore crowded(limits::kExportRows + 1);
  const auto answer = export_webhooks(call, crowded, "UTC");
  CHECK(answer.status == 422);
  CHECK(crowded.read == 0);
  CHECK(answer.stream == nullptr);
  CHECK(answer.body.find("at most 1048575 webhooks") != std::string::npos);
  CHECK(temporary.is_empty());
}
