#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace webhooks {

// The one door to randomness. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;

  // Fills `out` with bytes fit for keys and secrets. Throws std::system_error when the kernel gives
  // none.
  virtual void fill(std::span<std::byte> out) = 0;

  // Uniform in [0, 1).
  double uniform();
};

// getrandom(2).
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::byte> out) override;
};

}  // namespace webhooks
