#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/random.h"

namespace webhooks {

// AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D): nonce, ciphertext, 16 bytes of tag.
// `key`: 32 bytes. `bound_to`: what has to be told again to open it; it is not in the result.
std::string seal(std::string_view key, std::string_view plain, Random& random,
                 std::string_view bound_to = "");

// nullopt: another key, bound to something else, or the bytes were changed.
std::optional<std::string> unseal(std::string_view key, std::string_view sealed,
                                  std::string_view bound_to = "");

}  // namespace webhooks
