#include "common/domain/target_url.h"

#include <catch2/catch.hpp>

using webhooks::format_ip;
using webhooks::parse_target_url;
using webhooks::TargetUrl;
using webhooks::UrlError;
using webhooks::UrlRules;
using namespace std::string_literals;

namespace {

std::string code_of(std::string_view text, const UrlRules& rules = {}) {
  const auto result = parse_target_url(text, rules);
  const auto* error = std::get_if<UrlError>(&result);
  return error == nullptr ? "accepted" : error->code;
}

std::string text_of(std::string_view text, const UrlRules& rules = {}) {
  const auto result = parse_target_url(text, rules);
  const auto* url = std::get_if<TargetUrl>(&result);
  return url == nullptr ? "refused: " + std::get<UrlError>(result).code : url->text;
}

}  // namespace

TEST_CASE("a URL is stored in its one normal form") {
  const std::pair<const char*, const char*> table[] = {
      {"https://example.com/hook", "https://example.com/hook"},
      {"HTTPS://Example.COM/Hook", "https://example.com/Hook"},
      {"https://example.com", "https://example.com/"},
      {"https://example.com?x=1", "https://example.com/?x=1"},
      {"https://example.com:443/", "https://example.com/"},
      {"https://example.com:/", "https://example.com/"},
      {"https://example.com:8443/", "https://example.com:8443/"},
      {"https://example.com:80/", "https://example.com:80/"},
      {"https://example.com./", "https://example.com/"},
      {"https://example.com/a/./b/../c", "https://example.com/a/c"},
      {"https://example.com/../..", "https://example.com/"},
      {"https://example.com/a/%2e%2E/b", "https://example.com/b"},
      {"https://example.com//x", "https://example.com//x"},
      {"https://example.com/%7euser%2fx?q=%aa%41", "https://example.com/~user%2Fx?q=%AAA"},
      {"https://example.com/?", "https://example.com/?"},
      {"https://example.com/a?b=/../c", "https://example.com/a?b=/../c"},
      {"https://a_b.example.com/", "https://a_b.example.com/"},
      {"https://r3---sn.example.com/", "https://r3---sn.example.com/"},
      {"https://localhost:1/", "https://localhost:1/"},
      {"https://93.184.216.34/x", "https://93.184.216.34/x"},
      {"https://[2001:DB8:0::1]:8443/", "https://[2001:db8::1]:8443/"},
      {"https://[::FFFF:7f00:1]/", "https://[::ffff:127.0.0.1]/"},
      {"https://b\u00fccher.example/", "https://xn--bcher-kva.example/"},
      {"https://fa\u00df.de/", "https://xn--fa-hia.de/"},
      {"https://XN--BCHER-KVA.example/", "https://xn--bcher-kva.example/"},
      {"https://\uff21.com/", "https://a.com/"},
  };
  for (const auto& [text, normal] : table) {
    INFO(text);
    CHECK(text_of(text) == normal);
    CHECK(text_of(normal) == normal);
  }
}

TEST_CASE("the parts of a URL are what the request needs") {
  const auto url = std::get<TargetUrl>(parse_target_url("https://[2001:db8::1]:8443/a?b", {}));
  CHECK(url.tls);
  CHECK(url.host == "2001:db8::1");
  CHECK(format_ip(url.literal.value()) == "2001:db8::1");
  CHECK(url.port == 8443);
  CHECK(url.target == "/a?b");
  CHECK(url.authority() == "[2001:db8::1]:8443");

  const auto name = std::get<TargetUrl>(parse_target_url("https://example.com", {}));
  CHECK_FALSE(name.literal.has_value());
  CHECK(name.port == 443);
  CHECK(name.target == "/");
  CHECK(name.authority() == "example.com");
}

TEST_CASE("http is refused unless development asked for it") {
  CHECK(code_of("http://example.com/") == "scheme_not_allowed");
  const UrlRules rules{.allow_http = true};
  CHECK(text_of("http://example.com:80/", rules) == "http://example.com/");
  CHECK(text_of("http://example.com:443/", rules) == "http://example.com:443/");
  CHECK(text_of("https://example.com/", rules) == "https://example.com/");
  CHECK(code_of("ftp://example.com/", rules) == "scheme_not_allowed");
}

TEST_CASE("a host that some resolver reads as an address in another notation is refused") {
  for (const char* host : {"2130706433",
                           "0x7f.1",
                           "127.1",
                           "0177.0.0.1",
                           "127.0.0.1.",
                           "2130706433.",
                           "0x7f000001",
                           "0X7F.0.0.1",
                           "1.2.3.4.5",
                           "256.1.1.1",
                           "1.2.3",
                           "foo.1",
                           "foo.0x1",
                           "0x",
                           "127.0.0.0x1",
                           "127.0.0.01",
                           "\uff11\uff12\uff17.1",
                           "0\u3002",
                           "\uff10x7f.1",
                           "08",
                           "1.2.3.08",
                           "1.2.3.4\u3002"}) {
    INFO(host);
    CHECK(code_of("https://"s + host + "/") == "host_invalid");
  }
}

TEST_CASE("full-width digits and ideographic full stops are mapped before the address check") {
  const auto url = std::get<TargetUrl>(parse_target_url("https://１２７。０.0.1/", {}));
  CHECK(url.host == "127.0.0.1");
  CHECK(url.literal.has_value());
}

TEST_CASE("what a URL must not hold is refused with a code for programs") {
  const std::pair<std::string, const char*> table[] = {
      {"", "malformed"},
      {"example.com/hook", "malformed"},
      {"//example.com/", "malformed"},
      {"/hook?u=http://x", "malformed"},
      {"https:example.com", "malformed"},
      {"https:/example.com", "malformed"},
      {" https://example.com/", "malformed"},
      {"https://example.com/ ", "malformed"},
      {"https://exa mple.com/", "malformed"},
      {"https://example.com/\r\nX: y", "malformed"},
      {"https://example.com/\tx", "malformed"},
      {"https://example.com/\0x"s, "malformed"},
      {"https://example.com/\x7f", "malformed"},
      {"https://example.com\\@evil.com/", "malformed"},
      {"https://example.com/%", "malformed"},
      {"https://example.com/%g0", "malformed"},
      {"https://example.com/\u00fc", "malformed"},
      {"https://example.com/[x]", "malformed"},
      {"https://example.com/<x>", "malformed"},
      {"https://example.com/?q=\"", "malformed"},
      {"https://example.com/{id}", "malformed"},
      {"mailto:a@example.com", "scheme_not_allowed"},
      {"javascript:alert(1)", "scheme_not_allowed"},
      {"file:///etc/passwd", "scheme_not_allowed"},
      {"httpss://example.com/", "scheme_not_allowed"},
      {"://example.com/", "scheme_not_allowed"},
      {"https://u@example.com/", "userinfo_not_allowed"},
      {"https://u:p@example.com/", "userinfo_not_allowed"},
      {"https://@example.com/", "userinfo_not_allowed"},
      {"https://example.com:80@evil.com/", "userinfo_not_allowed"},
      {"https://example.com/#", "fragment_not_allowed"},
      {"https://example.com/a#b", "fragment_not_allowed"},
      {"https://example.com#@evil.com/", "fragment_not_allowed"},
      {"https://", "host_missing"},
      {"https:///x", "host_missing"},
      {"https://:443/", "host_missing"},
      {"https://?x", "host_missing"},
      {"https://./", "host_invalid"},
      {"https://../", "host_invalid"},
      {"https://example..com/", "host_invalid"},
      {"https://.example.com/", "host_invalid"},
      {"https://example.com../", "host_invalid"},
      {"https://-a.com/", "host_invalid"},
      {"https://a-.com/", "host_invalid"},
      {"https://a,b.com/", "host_invalid"},
      {"https://ex%61mple.com/", "host_invalid"},
      {"https://a*.com/", "host_invalid"},
      {"https://xn--a/", "host_invalid"},
      {"https://a\xff.com/", "host_invalid"},
      {"https://ex\u2100.com/", "host_invalid"},  // maps to a/c
      {"https://a\uff0fb.com/", "host_invalid"},  // maps to /
      {"https://a\uff20b.com/", "host_invalid"},  // maps to @
      {"https://a\uff1a80/", "host_invalid"},     // maps to :
      {"https://\u00ad/", "host_invalid"},        // maps to nothing
      {"https://::1/", "host_invalid"},
      {"https://[::1/", "host_invalid"},
      {"https://::1]/", "host_invalid"},
      {"https://[::1%25eth0]/", "host_invalid"},
      {"https://[127.0.0.1]/", "host_invalid"},
      {"https://[v1.x]/", "host_invalid"},
      {"https://[]/", "host_invalid"},
      {"https://[::1]x/", "host_invalid"},
      {"https://[::1]x:1/", "host_invalid"},
      {"https://" + std::string(64, 'a') + ".com/", "host_invalid"},
      {"https://" + std::string(200'000, 'a') + "/", "too_long"},
      {"https://example.com:0/", "port_invalid"},
      {"https://example.com:65536/", "port_invalid"},
      {"https://example.com:99999999999999999999/", "port_invalid"},
      {"https://example.com:-1/", "port_invalid"},
      {"https://example.com:+1/", "port_invalid"},
      {"https://example.com:0443/", "port_invalid"},
      {"https://example.com:x/", "port_invalid"},
      {"https://example.com:\uff11/", "port_invalid"},
  };
  for (const auto& [text, code] : table) {
    INFO(text.substr(0, 100));
    CHECK(code_of(text) == code);
  }
}

TEST_CASE("names and URLs have their longest form") {
  const std::string label(63, 'a');
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  CHECK(code_of("https://" + longest + "/") == "accepted");
  CHECK(code_of("https://" + longest + "./") == "accepted");
  CHECK(code_of("https://" + longest + "b/") == "host_invalid");

  const std::string front = "https://example.com/";
  CHECK(code_of(front + std::string(2048 - front.size(), 'x')) == "accepted");
  CHECK(code_of(front + std::string(2049 - front.size(), 'x')) == "too_long");
  // Fits as it came, but not once the host is in ASCII.
  const std::string idn = "https://\u00fc\u00fc.de/";
  CHECK(code_of(idn + std::string(2048 - idn.size(), 'x')) == "too_long");
}
