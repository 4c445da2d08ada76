#include "common/base/ids.h"

#include <array>

#include "common/base/encoding.h"

namespace webhooks {

std::string random_token(std::string_view prefix, Random& random) {
  std::array<char, 16> bytes{};
  random.fill(std::as_writable_bytes(std::span(bytes)));
  return std::string(prefix) + base32hex_encode({bytes.data(), bytes.size()});
}

}  // namespace webhooks
