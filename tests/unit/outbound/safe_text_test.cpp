#include "worker/outbound/safe_text.h"

#include <catch2/catch.hpp>

#include "common/base/encoding.h"

using namespace webhooks::worker;
using namespace std::string_literals;

TEST_CASE("an excerpt is text without controls") {
  const std::string bad = "\uFFFD";
  const std::pair<std::string, std::string> table[] = {
      {"", ""},
      {"plain", "plain"},
      {"a\r\n\tb", "a   b"},
      {"a\0b"s, "a b"},
      {"\x1b[31m\x7f", " [31m "},
      {"\u0085\u009b", "  "},
      {"\u00a0\u20ac\U0001F600", "\u00a0\u20ac\U0001F600"},
      {"\xff\xfe", bad + bad},
      {"\xc3", bad},
      {"\xe2\x82", bad + bad},
      {"\xc0\xaf", bad + bad},
      {"\xed\xa0\x80", bad + bad + bad},
      {"a\u202eb\u2066c\u200fd\u2028e\u061cf",
       "a" + bad + "b" + bad + "c" + bad + "d" + bad + "e" + bad + "f"},
  };
  for (const auto& [raw, safe] : table) {
    CHECK(safe_excerpt(raw, 1024) == safe);
    CHECK(webhooks::is_utf8(safe_excerpt(raw, 1024)));
  }
}

TEST_CASE("an excerpt is cut between characters") {
  CHECK(safe_excerpt("aa\u20ac", 4) == "aa");
  CHECK(safe_excerpt("aa\u20ac", 5) == "aa\u20ac");
  CHECK(safe_excerpt("\xff", 2).empty());
}

TEST_CASE("a detail is printable ASCII") {
  CHECK(printable_ascii("a\nb\xc3\xa9\x7f~", 200) == "a?b???~");
  CHECK(printable_ascii("abcdef", 3) == "abc");
}
