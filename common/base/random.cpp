#include "common/base/random.h"

#include <cerrno>
#include <cstring>
#include <sys/random.h>
#include <system_error>

namespace webhooks {

double Random::uniform() {
  std::uint64_t bits = 0;
  fill(std::as_writable_bytes(std::span(&bits, 1)));
  return static_cast<double>(bits >> 11) * 0x1.0p-53;
}

void SystemRandom::fill(std::span<std::byte> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace webhooks
