#include "common/base/encoding.h"

#include <catch2/catch.hpp>

using namespace webhooks;
using namespace std::string_literals;

TEST_CASE("base64 keeps to the vectors of RFC 4648 §10") {
  CHECK(base64_encode("") == "");
  CHECK(base64_encode("f") == "Zg==");
  CHECK(base64_encode("fo") == "Zm8=");
  CHECK(base64_encode("foobar") == "Zm9vYmFy");
  CHECK(base64_decode("Zm9vYg==") == "foob");
  CHECK(base64_decode(base64_encode("\0\xff\x80z"s)) == "\0\xff\x80z"s);
}

TEST_CASE("base64 that is not canonical is refused") {
  for (const char* text : {"Zg=", "Zg", "Zh==", "Z===", "Zm9v YmFy", "Zm9-", "====", "=Zg="}) {
    INFO(text);
    CHECK_FALSE(base64_decode(text).has_value());
  }
}

TEST_CASE("base32hex keeps to RFC 4648 §10 without padding, in lower case") {
  CHECK(base32hex_encode("foobar") == "cpnmuoj1e8");
  CHECK(base32hex_encode("f") == "co");
}

TEST_CASE("UTF-8 is told from look-alikes") {
  CHECK(is_utf8("Zürich €\xf0\x9f\x9b\xab"));
  CHECK_FALSE(is_utf8("\xc0\xaf"));
  CHECK_FALSE(is_utf8("\xed\xa0\x80"));
  CHECK_FALSE(is_utf8("\xf4\x90\x80\x80"));
  CHECK_FALSE(is_utf8("cut \xe2\x82"));
}
