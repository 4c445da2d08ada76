#pragma once

#include <memory>
#include <optional>
#include <string_view>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace webhooks::jwt {

// The signatures that are taken (RFC 7518 §3.3, §3.4). A key is of exactly one of them: a token
// names one too, and the two must be the same, or a public key could be used as an HMAC's secret.
enum class Algorithm { rs256, es256 };
std::optional<Algorithm> algorithm_from(std::string_view name);

// A key that verifies. Immutable; copies share it; thread-safe.
class PublicKey {
 public:
  // From big-endian numbers as a JWK has them (RFC 7518 §6.3.1). nullopt: a modulus of fewer than
  // 2,048 or more than 8,192 bits (slow keys are an attack), or an exponent that is no odd number
  // of 2 to 32 bits.
  static std::optional<PublicKey> rsa(std::string_view modulus, std::string_view exponent);
  // A point of P-256, 32 bytes each (RFC 7518 §6.2.1). nullopt: it is not on the curve.
  static std::optional<PublicKey> p256(std::string_view x, std::string_view y);

  Algorithm algorithm() const { return algorithm_; }
  // `signature` as a JWS has it: for ES256 that is R and S, 32 bytes each.
  bool verifies(std::string_view content, std::string_view signature) const;

 private:
  PublicKey(Algorithm algorithm, std::shared_ptr<evp_pkey_st> key)
      : algorithm_(algorithm), key_(std::move(key)) {}

  Algorithm algorithm_;
  std::shared_ptr<evp_pkey_st> key_;
};

}  // namespace webhooks::jwt
