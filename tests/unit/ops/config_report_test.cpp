#include "common/ops/config_report.h"

#include <catch2/catch.hpp>

using namespace webhooks;
using options::Origin;

namespace {

const std::vector<options::Setting> kSettings{
    {"listen", "127.0.0.1:8080", Origin::fallback, ""},
    {"name", "", Origin::fallback, ""},
    {"token", "(hidden)", Origin::environment, "WEBHOOKS_TOKEN"},
};

std::vector<ops::UnsafeSetting> unsafe(std::initializer_list<const char*> cidrs) {
  std::vector<Cidr> all;
  for (const char* text : cidrs) all.push_back(parse_cidr(text).value());
  return ops::unsafe_targets(false, all);
}

bool says(const std::string& text, std::string_view piece) {
  return text.find(piece) != std::string::npos;
}

}  // namespace

TEST_CASE("the table has a line for each setting and each danger") {
  CHECK(ops::config_table(kSettings, ops::unsafe_targets(true, {})) ==
        "listen  127.0.0.1:8080  default\n"
        "name    -               default\n"
        "token   (hidden)        env  WEBHOOKS_TOKEN\n"
        "unsafe: --allow-http: payloads may travel unencrypted\n");
}

TEST_CASE("the JSON says the same") {
  const std::string expected =
      R"_({"settings":[{"name":"token","value":"(hidden)","origin":"env",)_"
      R"_("from":"WEBHOOKS_TOKEN"}],)_"
      R"_("unsafe":[{"setting":"--allow-http","why":"payloads may travel unencrypted"}]})_";
  CHECK(ops::config_json({kSettings.data() + 2, 1}, ops::unsafe_targets(true, {})) == expected);
  const std::string nothing = R"_({"settings":[],"unsafe":[]})_";
  CHECK(ops::config_json({}, {}) == nothing);
}

TEST_CASE("each range says what it opens, the worst first") {
  const auto why = [](const char* cidr) { return unsafe({cidr}).at(0).why; };
  CHECK(says(why("0.0.0.0/0"), "not checked at all"));
  CHECK(says(why("::/0"), "not checked at all"));
  CHECK(says(why("126.0.0.0/7"), "wide"));
  CHECK(says(why("169.254.0.0/16"), "metadata"));
  CHECK(says(why("127.0.0.0/8"), "this machine"));
  CHECK(says(why("::1/128"), "this machine"));
  CHECK(says(why("64:ff9b::/96"), "globally routable"));
}

TEST_CASE("safe settings have nothing to say") { CHECK(unsafe({}).empty()); }
