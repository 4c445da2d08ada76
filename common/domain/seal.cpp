#include "common/domain/seal.h"

#include <memory>
#include <openssl/evp.h>

#include "common/base/assert.h"
#include "common/base/free_with.h"

namespace webhooks {
namespace {

constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeWith<EVP_CIPHER_CTX_free>>;

const unsigned char* in(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* out(std::string& bytes, std::size_t at) {
  return reinterpret_cast<unsigned char*>(bytes.data() + at);
}

}  // namespace

std::string seal(std::string_view key, std::string_view plain, Random& random,
                 std::string_view bound_to) {
  WEBHOOKS_ASSERT(key.size() == 32);
  std::string sealed(kNonce + plain.size() + kTag, '\0');
  random.fill(std::as_writable_bytes(std::span(sealed.data(), kNonce)));
  const Context context(EVP_CIPHER_CTX_new());
  int written = 0;
  const bool done =
      context &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key), in(sealed)) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &written, in(bound_to),
                        static_cast<int>(bound_to.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), out(sealed, kNonce), &written, in(plain),
                        static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), out(sealed, kNonce + plain.size()), &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag,
                          out(sealed, kNonce + plain.size())) == 1;
  WEBHOOKS_ASSERT(done);
  return sealed;
}

std::optional<std::string> unseal(std::string_view key, std::string_view sealed,
                                  std::string_view bound_to) {
  WEBHOOKS_ASSERT(key.size() == 32);
  if (sealed.size() < kNonce + kTag) return std::nullopt;
  const std::string_view cipher = sealed.substr(kNonce, sealed.size() - kNonce - kTag);
  std::string tag(sealed.substr(sealed.size() - kTag));
  std::string plain(cipher.size() + kTag, '\0');
  const Context context(EVP_CIPHER_CTX_new());
  int written = 0;
  const bool genuine =
      context &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key), in(sealed)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &written, in(bound_to),
                        static_cast<int>(bound_to.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), out(plain, 0), &written, in(cipher),
                        static_cast<int>(cipher.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), out(plain, cipher.size()), &written) == 1;
  if (!genuine) return std::nullopt;
  plain.resize(cipher.size());
  return plain;
}

}  // namespace webhooks
