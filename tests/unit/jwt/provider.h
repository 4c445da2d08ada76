#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <string>

#include "api/jwt/token.h"
#include "common/base/encoding.h"

// An identity provider with keys of its own making, which signs whatever it is told to.
namespace webhooks::jwt::test {

inline std::string base64url(std::string_view bytes) {
  std::string text = base64_encode(bytes);
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (text.ends_with('=')) text.pop_back();
  return text;
}

class Signer {
 public:
  static Signer rsa(unsigned bits = 2048) { return Signer(EVP_RSA_gen(bits), false); }
  static Signer p256() { return Signer(EVP_EC_gen("P-256"), true); }

  // Members of the public JWK, without braces.
  std::string members() const {
    if (is_ec_)
      return R"("kty":"EC","crv":"P-256","x":")" + number(OSSL_PKEY_PARAM_EC_PUB_X, 32) +
             R"(","y":")" + number(OSSL_PKEY_PARAM_EC_PUB_Y, 32) + '"';
    return R"("kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N) + R"(","e":")" +
           number(OSSL_PKEY_PARAM_RSA_E) + '"';
  }

  std::string sign(const std::string& header, const std::string& payload) const {
    const std::string content = base64url(header) + '.' + base64url(payload);
    std::string signature(1024, '\0');
    std::size_t length = signature.size();
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    REQUIRE(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
    REQUIRE(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                           &length, reinterpret_cast<const unsigned char*>(content.data()),
                           content.size()) == 1);
    signature.resize(length);
    return content + '.' + base64url(is_ec_ ? raw(signature) : signature);
  }

  // The modulus, for those who take a public key for an HMAC's secret.
  std::string public_bytes() const { return members(); }

 private:
  Signer(EVP_PKEY* key, bool is_ec) : key_(key, EVP_PKEY_free), is_ec_(is_ec) { REQUIRE(key); }

  std::string number(const char* name, int width = 0) const {
    BIGNUM* value = nullptr;
    REQUIRE(EVP_PKEY_get_bn_param(key_.get(), name, &value) == 1);
    std::string bytes(static_cast<std::size_t>(width > 0 ? width : BN_num_bytes(value)), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()),
                 static_cast<int>(bytes.size()));
    BN_free(value);
    return base64url(bytes);
  }

  static std::string raw(const std::string& der) {
    const auto* in = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size()));
    std::string both(64, '\0');
    auto* out = reinterpret_cast<unsigned char*>(both.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + 32, 32);
    ECDSA_SIG_free(signature);
    return both;
  }

  std::shared_ptr<EVP_PKEY> key_;
  bool is_ec_;
};

inline std::string hmac_signed(const std::string& header, const std::string& payload,
                               const std::string& secret) {
  const std::string content = base64url(header) + '.' + base64url(payload);
  std::string digest(32, '\0');
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(content.data()), content.size(),
       reinterpret_cast<unsigned char*>(digest.data()), &length);
  return content + '.' + base64url(digest);
}

inline std::string set_of(std::initializer_list<std::string> jwks) {
  std::string text;
  for (const std::string& jwk : jwks) text += (text.empty() ? "{" : ",{") + jwk + '}';
  return R"({"keys":[)" + text + "]}";
}

inline KeySet keys_of(std::initializer_list<std::string> jwks) {
  auto parsed = parse_key_set(set_of(jwks));
  if (const auto* why = std::get_if<std::string>(&parsed)) FAIL(*why);
  return std::get<KeySet>(std::move(parsed));
}

}  // namespace webhooks::jwt::test
