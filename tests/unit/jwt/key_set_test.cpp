#include "tests/unit/jwt/provider.h"

using namespace webhooks::jwt;
using namespace webhooks::jwt::test;

namespace {

std::string refusal(const std::string& text) {
  const auto parsed = parse_key_set(text);
  const auto* why = std::get_if<std::string>(&parsed);
  return why == nullptr ? "" : *why;
}

}  // namespace

TEST_CASE("keys for something else are left out, and the rest is taken") {
  const std::string rsa = Signer::rsa().members();
  const std::string ec = Signer::p256().members();
  const KeySet set = keys_of(
      {R"("kid":"1","use":"sig","alg":"RS256","key_ops":["verify"],)" + rsa, R"("kid":"2",)" + ec,
       R"("kid":"3","use":"enc",)" + rsa, R"("kid":"4","alg":"PS256",)" + rsa,
       R"("kid":"5","key_ops":["encrypt"],)" + rsa, R"("kid":"6","kty":"oct","k":"AAAA")",
       R"("kid":"7","kty":"EC","crv":"P-384","x":"AA","y":"AA")", R"("kid":"8","kty":"OKP")"});
  CHECK(set.entries.size() == 2);
  CHECK(set.knows("1"));
  CHECK(set.knows("2"));
}

TEST_CASE("a key that is too short or broken takes nothing from its neighbours") {
  const KeySet set = keys_of({R"("kid":"short",)" + Signer::rsa(1024).members(),
                              R"("kid":"broken","kty":"RSA","n":"!","e":"AQAB")",
                              R"("kid":"good",)" + Signer::p256().members()});
  CHECK(set.entries.size() == 1);
  CHECK(set.knows("good"));
}

TEST_CASE("a set that is broken is refused whole, with the reason") {
  const std::string rsa = Signer::rsa().members();
  CHECK(refusal("{") != "");
  CHECK(refusal("[]") == "is no JWK Set: it has no array \"keys\"");
  CHECK(refusal(R"({"keys":{}})") == "is no JWK Set: it has no array \"keys\"");
  CHECK(refusal(R"({"keys":[]})") == "has no key for RS256 or ES256");
  CHECK(refusal(R"({"keys":[7]})") == "key 1 is no object");
  CHECK(refusal(set_of({R"("d":"AQAB",)" + rsa})) == "key 1 is a private key");
  CHECK(refusal(set_of({R"("kid":"",)" + rsa})).starts_with("key 1 has a kid"));
  CHECK(refusal(set_of({Signer::rsa(1024).members()})).starts_with("key 1 is no RSA key"));
  CHECK(refusal(set_of({R"("kty":"RSA","n":"!","e":"AQAB")"})).starts_with("key 1 is no RSA key"));
  const std::string zero = base64url(std::string(32, '\0'));
  CHECK(refusal(set_of({R"("kty":"EC","crv":"P-256","x":")" + zero + R"(","y":")" + zero + '"'}))
            .starts_with("key 1 is no RSA key"));
  std::string even = rsa;
  even.replace(even.rfind("AQAB"), 4, "AQAA");  // the last one: a modulus may hold it too
  CHECK(refusal(set_of({even})).starts_with("key 1 is no RSA key"));
  CHECK(refusal(std::string(kLongestKeySet + 1, ' ')) == "is longer than 256 KiB");
}
