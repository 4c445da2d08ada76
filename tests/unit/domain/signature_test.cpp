#include "common/domain/signature.h"

#include <catch2/catch.hpp>

#include "common/base/encoding.h"

using namespace webhooks;

TEST_CASE("the signature is the one that the Standard Webhooks specification shows") {
  const std::string secret = base64_decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
  const auto at = std::chrono::sys_seconds(std::chrono::seconds(1614265330));
  CHECK(sign("msg_p5jXN8AQM9LWM0D4loKWxJek", at, R"({"test": 2432232314})", {secret}) ==
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("while a secret is rotated both sign, split by a blank") {
  const auto at = std::chrono::sys_seconds(std::chrono::seconds(1));
  CHECK(sign("a", at, "{}", {"one", "two"}) ==
        sign("a", at, "{}", {"one"}) + " " + sign("a", at, "{}", {"two"}));
}

TEST_CASE("SHA-256 keeps to FIPS 180-2's first example") {
  CHECK(hex_encode(sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
