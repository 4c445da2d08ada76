#include "common/domain/signature.h"

#include <array>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "common/base/assert.h"
#include "common/base/encoding.h"

namespace webhooks {
namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Fetched once: EVP_sha256() has OpenSSL 3 look the algorithm up by its name at each use, which
// takes as long as hashing a key.
const EVP_MD* sha256_algorithm() {
  static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  WEBHOOKS_ASSERT(kAlgorithm != nullptr);
  return kAlgorithm;
}

}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  WEBHOOKS_ASSERT(HMAC(sha256_algorithm(), key.data(), static_cast<int>(key.size()), bytes_of(text),
                       text.size(), digest.data(), &length) != nullptr);
  return {reinterpret_cast<const char*>(digest.data()), length};
}

std::string sign(std::string_view event_id, std::chrono::sys_seconds at, std::string_view body,
                 const std::vector<std::string>& secrets) {
  std::string content(event_id);
  content += '.';
  content += std::to_string(at.time_since_epoch().count());
  content += '.';
  content += body;
  std::string out;
  for (const std::string& secret : secrets) {
    if (!out.empty()) out += ' ';
    out += "v1,";
    out += base64_encode(hmac_sha256(secret, content));
  }
  return out;
}

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  WEBHOOKS_ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &length, sha256_algorithm(),
                             nullptr) == 1);
  return {reinterpret_cast<const char*>(digest.data()), length};
}

}  // namespace webhooks
