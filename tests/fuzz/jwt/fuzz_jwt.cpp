// The first byte says what the rest is: a key set, a token that somebody made up, or what a
// provider signed: a header and, after a line's end, a payload. Nothing made up is ever taken, and
// what is taken was signed.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <string>
#include <string_view>

#include "api/jwt/token.h"
#include "common/base/assert.h"
#include "common/base/encoding.h"
#include "common/base/free_with.h"
#include "common/json/parse.h"

using namespace webhooks;

namespace {

std::string base64url(std::string_view bytes) {
  std::string text = base64_encode(bytes);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::string bytes_of(const BIGNUM* number) {
  std::string bytes(32, '\0');
  WEBHOOKS_ASSERT(BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), 32) == 32);
  return bytes;
}

class Provider {
 public:
  Provider() : key_(EVP_EC_gen("P-256")) {
    WEBHOOKS_ASSERT(key_ != nullptr);
    auto set = jwt::parse_key_set(R"({"keys":[{"kid":"k","kty":"EC","crv":"P-256","x":")" +
                                  coordinate(OSSL_PKEY_PARAM_EC_PUB_X) + R"(","y":")" +
                                  coordinate(OSSL_PKEY_PARAM_EC_PUB_Y) + R"("}]})");
    WEBHOOKS_ASSERT(std::holds_alternative<jwt::KeySet>(set));
    keys_ = std::move(std::get<jwt::KeySet>(set));
  }

  const jwt::KeySet& keys() const { return keys_; }

  std::string token(std::string_view header, std::string_view payload) const {
    const std::string content = base64url(header) + '.' + base64url(payload);
    std::string der(128, '\0');
    std::size_t length = der.size();
    const std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
    WEBHOOKS_ASSERT(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) ==
                    1);
    WEBHOOKS_ASSERT(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(der.data()),
                                   &length, reinterpret_cast<const unsigned char*>(content.data()),
                                   content.size()) == 1);
    const auto* in = reinterpret_cast<const unsigned char*>(der.data());
    const std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>> both(
        d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(length)));
    return content + '.' +
           base64url(bytes_of(ECDSA_SIG_get0_r(both.get())) +
                     bytes_of(ECDSA_SIG_get0_s(both.get())));
  }

 private:
  std::string coordinate(const char* name) const {
    BIGNUM* number = nullptr;
    WEBHOOKS_ASSERT(EVP_PKEY_get_bn_param(key_.get(), name, &number) == 1);
    const std::unique_ptr<BIGNUM, FreeWith<BN_free>> owned(number);
    return base64url(bytes_of(number));
  }

  const std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>> key_;
  jwt::KeySet keys_;
};

const jwt::Rules kRules{"https://id.example/", "webhooks", "partner", Millis(30'000)};
constexpr Time kNow{Millis(1'764'150'720'000)};  // 2025-11-26T09:52:00Z

void check_key_set(std::string_view text) {
  const auto parsed = jwt::parse_key_set(text);
  if (const auto* why = std::get_if<std::string>(&parsed)) {
    WEBHOOKS_ASSERT(!why->empty() && is_utf8(*why));
    return;
  }
  const auto& set = std::get<jwt::KeySet>(parsed);
  WEBHOOKS_ASSERT(!set.entries.empty() && set.entries.size() <= jwt::kMostKeys);
  WEBHOOKS_ASSERT(text.size() <= jwt::kLongestKeySet);
}

void check_signed(const Provider& provider, std::string_view text) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view payload = text.substr(std::min(end + 1, text.size()));
  const auto judged =
      jwt::judge(provider.token(text.substr(0, end), payload), provider.keys(), kRules, kNow);
  if (const auto* fault = std::get_if<jwt::Fault>(&judged)) {
    WEBHOOKS_ASSERT(!to_string(*fault).empty());
    return;
  }
  const auto& claims = std::get<jwt::Claims>(judged);
  const auto parsed = json::parse(payload);
  const auto& said = std::get<json::Document>(parsed);
  WEBHOOKS_ASSERT(json::text_of(said["partner"]) == claims.partner);
  WEBHOOKS_ASSERT(json::text_of(said["iss"]) == kRules.issuer);
  WEBHOOKS_ASSERT(said["exp"].IsNumber());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Provider provider;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  const std::string_view text = input.substr(1);
  switch (input.front()) {
    case 'K':
      check_key_set(text);
      break;
    case 'S':
      check_signed(provider, text);
      break;
    default:
      jwt::key_id_of(text);
      WEBHOOKS_ASSERT(
          std::holds_alternative<jwt::Fault>(jwt::judge(text, provider.keys(), kRules, kNow)));
  }
  return 0;
}
