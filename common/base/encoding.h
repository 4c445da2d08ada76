#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace webhooks {

// Standard base64 with padding, RFC 4648 §4.
std::string base64_encode(std::string_view bytes);

// nullopt: not canonical base64 (wrong length, alphabet or padding, or stray low bits).
std::optional<std::string> base64_decode(std::string_view text);

// base64url without padding, RFC 4648 §5 as RFC 7515 §2 uses it. nullopt: not canonical.
std::optional<std::string> base64url_decode(std::string_view text);

// Lower-case base32hex without padding (RFC 4648 §7): letters and digits only, and sorts as the
// bytes do.
std::string base32hex_encode(std::string_view bytes);

std::string hex_encode(std::string_view bytes);

// True when `text` is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool is_utf8(std::string_view text);

}  // namespace webhooks
