#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/random.h"

namespace webhooks::api {

// AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D): nonce, ciphertext, 16 bytes of tag.
// `key`: 32 bytes.
std::string seal(std::string_view key, std::string_view plain, Random& random);

// nullopt: another key, or the bytes were changed.
std::optional<std::string> unseal(std::string_view key, std::string_view sealed);

}  // namespace webhooks::api
