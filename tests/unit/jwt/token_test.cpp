#include "tests/unit/jwt/provider.h"

using namespace webhooks;
using namespace webhooks::jwt;
using namespace webhooks::jwt::test;

namespace {

const Time kNow = Time(std::chrono::seconds(1'764'150'720));  // 2025-11-26T09:52:00Z
const Rules kRules{"https://idp.example", "webhooks", "partner_id", std::chrono::seconds(60)};

std::string claims(const std::string& more = R"("exp":1764151000)") {
  return R"({"iss":"https://idp.example","aud":"webhooks","partner_id":"acme","sub":"u-1",)" +
         more + '}';
}

const Signer& rsa() {
  static const Signer signer = Signer::rsa();
  return signer;
}
const Signer& ec() {
  static const Signer signer = Signer::p256();
  return signer;
}
const KeySet& keys() {
  static const KeySet set =
      keys_of({R"("kid":"r",)" + rsa().members(), R"("kid":"e",)" + ec().members()});
  return set;
}
const std::string kRsa = R"({"alg":"RS256","kid":"r"})";
const std::string kEc = R"({"alg":"ES256","kid":"e","typ":"at+jwt"})";

std::string verdict(const std::string& token, const KeySet& set = keys(),
                    const Rules& rules = kRules, Time now = kNow) {
  const auto judged = judge(token, set, rules, now);
  if (const auto* fault = std::get_if<Fault>(&judged)) return std::string(to_string(*fault));
  const auto& good = std::get<Claims>(judged);
  return good.partner + '/' + good.subject;
}

}  // namespace

TEST_CASE("a token of the provider says who it stands for") {
  CHECK(verdict(rsa().sign(kRsa, claims())) == "acme/u-1");
  CHECK(verdict(ec().sign(kEc, claims())) == "acme/u-1");
  CHECK(verdict(ec().sign(
            kEc, R"({"exp":1764151000.5,"aud":["x","webhooks"],"iss":"https://idp.example",)"
                 R"("partner_id":"b"})")) == "b/");
  Rules rules = kRules;
  rules.partner_claim = "https://idp.example/partner";
  CHECK(verdict(rsa().sign(kRsa, claims(R"("exp":1764151000,"https://idp.example/partner":"p")")),
                keys(), rules) == "p/u-1");
  CHECK(key_id_of(rsa().sign(kRsa, claims())) == "r");
}

TEST_CASE("a key is only good for its own algorithm") {
  const std::string r_as_e = R"({"alg":"ES256","kid":"r"})";
  const std::string e_as_r = R"({"alg":"RS256","kid":"e"})";
  CHECK(verdict(rsa().sign(r_as_e, claims())) == "bad_signature");
  CHECK(verdict(ec().sign(e_as_r, claims())) == "bad_signature");
  CHECK(verdict(rsa().sign(R"({"alg":"RS256","kid":"e"})", claims())) == "bad_signature");
  for (const char* name : {"none", "None", "HS256", "RS384", "RS512", "PS256", "ES384", "ES512",
                           "EdDSA", "rs256", "", "RS256 "}) {
    const std::string header = R"({"alg":")" + std::string(name) + R"(","kid":"r"})";
    CHECK(verdict(rsa().sign(header, claims())) == "malformed");
    CHECK(verdict(hmac_signed(header, claims(), rsa().public_bytes())) == "malformed");
    CHECK(verdict(base64url(header) + '.' + base64url(claims()) + '.') == "malformed");
  }
  CHECK(verdict(hmac_signed(kRsa, claims(), rsa().public_bytes())) == "bad_signature");
  CHECK(verdict(base64url(kRsa) + '.' + base64url(claims()) + '.') == "bad_signature");
  CHECK(verdict(base64url(kEc) + '.' + base64url(claims()) + '.' +
                base64url(std::string(64, '\0'))) == "bad_signature");
}

TEST_CASE("headers that change what a signature means are refused") {
  for (const char* more :
       {R"("crit":["exp"])", R"("crit":[])", R"("b64":false)", R"("b64":true,"crit":["b64"])",
        R"("typ":"logout+jwt")", R"("typ":7)", R"("kid":7)", R"("alg":"RS256")"})
    CHECK(verdict(rsa().sign(R"({"alg":"RS256","kid":"r",)" + std::string(more) + '}', claims())) ==
          "malformed");
  CHECK(verdict(rsa().sign(R"({"alg":"RS256","kid":"r","typ":"application/AT+JWT"})", claims())) ==
        "acme/u-1");
  // A key that the token brings along is not even looked at.
  const Signer own = Signer::p256();
  CHECK(verdict(own.sign(R"({"alg":"ES256","kid":"e","jwk":{)" + own.members() + "}}", claims())) ==
        "bad_signature");
}

TEST_CASE("a token names its key unless there is only one") {
  const std::string nameless = R"({"alg":"RS256"})";
  CHECK(verdict(rsa().sign(nameless, claims())) == "bad_signature");
  CHECK(verdict(rsa().sign(nameless, claims()), keys_of({rsa().members()})) == "acme/u-1");
  CHECK(verdict(rsa().sign(R"({"alg":"RS256","kid":"new"})", claims())) == "unknown_key");
  const Signer other = Signer::rsa();
  CHECK(verdict(other.sign(kRsa, claims())) == "bad_signature");
}

TEST_CASE("time is judged with leeway") {
  const auto at = [&](const std::string& more, std::int64_t second) {
    return verdict(rsa().sign(kRsa, claims(more)), keys(), kRules,
                   Time(std::chrono::seconds(second)));
  };
  const std::string ends = R"("exp":1764151000)";
  CHECK(at(ends, 1'764'151'059) == "acme/u-1");
  CHECK(at(ends, 1'764'151'060) == "expired");
  const std::string begins = R"("exp":1764159999,"nbf":1764151000)";
  CHECK(at(begins, 1'764'150'940) == "acme/u-1");
  CHECK(at(begins, 1'764'150'939) == "not_yet_valid");
}

TEST_CASE("every claim that is asked for must be there and right") {
  const auto of = [&](const std::string& payload) { return verdict(rsa().sign(kRsa, payload)); };
  const std::string rest = R"("partner_id":"acme","exp":1764151000})";
  CHECK(of(R"({"iss":"https://evil.example","aud":"webhooks",)" + rest) == "wrong_issuer");
  CHECK(of(R"({"aud":"webhooks",)" + rest) == "wrong_issuer");
  CHECK(of(R"({"iss":["https://idp.example"],"aud":"webhooks",)" + rest) == "wrong_issuer");
  CHECK(of(R"({"iss":"https://idp.example","aud":"other",)" + rest) == "wrong_audience");
  CHECK(of(R"({"iss":"https://idp.example","aud":[1,"webhooks2"],)" + rest) == "wrong_audience");
  CHECK(of(R"({"iss":"https://idp.example",)" + rest) == "wrong_audience");
  for (const char* more : {R"("x":1)", R"("exp":"1764151000")", R"("exp":-1)", R"("exp":1e300)",
                           R"("exp":1764151000,"nbf":"0")", R"("exp":null)"})
    CHECK(of(claims(more)) == "bad_claims");
  CHECK(of(R"({"iss":"https://idp.example","aud":"webhooks","partner_id":7,"exp":1764151000})") ==
        "bad_claims");
  CHECK(of(R"({"iss":"https://idp.example","aud":"webhooks","exp":1764151000})") == "bad_claims");
  // The same claim twice: which of them counts would be a parser's whim.
  CHECK(of(claims(R"("exp":1764151000,"partner_id":"victim")")) == "malformed");
}

TEST_CASE("what is no token is refused") {
  const std::string good = rsa().sign(kRsa, claims());
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("a.b.c"), good + ".x",
        good + "=", good.substr(0, good.rfind('.')), std::string(9000, 'a'), "e30." + good,
        base64url("[]") + '.' + base64url(claims()) + ".AA"})
    CHECK(verdict(bad) == "malformed");
  for (std::size_t at = 1; at < good.size(); at += 13) {
    std::string changed = good;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    CHECK(verdict(changed) != "acme/u-1");
  }
}
