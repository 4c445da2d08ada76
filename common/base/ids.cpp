#include "common/base/ids.h"

#include <array>

#include "common/base/encoding.h"

namespace webhooks {

std::string random_token(std::string_view prefix, Random& random) {
  std::array<char, 16> bytes{};
  random.fill(std::as_writable_bytes(std::span(bytes)));
  return std::string(prefix) + base32hex_encode({bytes.data(), bytes.size()});
}

std::string ordered_token(std::string_view prefix, Time now, Random& random) {
  constexpr std::size_t kTimeBytes = 6;
  std::array<char, 16> bytes{};
  auto rest = static_cast<std::uint64_t>(now.time_since_epoch().count());
  for (std::size_t i = kTimeBytes; i-- > 0; rest >>= 8) bytes[i] = static_cast<char>(rest & 0xff);
  random.fill(std::as_writable_bytes(std::span(bytes).subspan(kTimeBytes)));
  return std::string(prefix) + base32hex_encode({bytes.data(), bytes.size()});
}

}  // namespace webhooks
