#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace webhooks::api {

// What the process counts, as Prometheus reads it. Thread-safe.
class Metrics {
 public:
  // `engine`: the store's name and version.
  explicit Metrics(const std::string& engine);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // `route`: the pattern, never a path from outside, so that the number of series is bounded. It
  // must outlive this object.
  void answered(std::string_view method, std::string_view route, int status,
                std::chrono::nanoseconds took);
  void committed(std::size_t units, std::chrono::nanoseconds took);

  // A fetch of the identity provider's keys; `keys`: how many a good one found.
  void jwks_fetched(bool good, std::size_t keys);

  // The text format 0.0.4. `waiting`: writes that are queued right now.
  std::string text(std::size_t waiting);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace webhooks::api
