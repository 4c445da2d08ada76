#include "common/ops/health_probe.h"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <sys/socket.h>

#include "common/base/guarded.h"
#include "common/base/unique_fd.h"
#include "common/http/server.h"
#include "common/ops/ops_handler.h"

using namespace webhooks;
using namespace std::chrono_literals;

namespace {

constexpr Millis kPatience = 20s;  // only what hangs meets it

// A port where connections are accepted by the kernel and never answered.
struct Silence {
  UniqueFd socket{::socket(AF_INET, SOCK_STREAM, 0)};
  sockaddr_in address{};

  Silence() {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  }
  void listen() { REQUIRE(::listen(socket.get(), 8) == 0); }
  std::uint16_t port() const { return ntohs(address.sin_port); }
};

}  // namespace

TEST_CASE("a process tells the probe whether it is ready, and why not") {
  Guarded<std::optional<std::string>> why;
  const auto told = [&] { return why.with([](const auto& text) { return text; }); };
  http::Server server({}, ops::make_ops_handler({told, [] { return std::string(); }}));
  server.start();
  const options::Address address{"127.0.0.1", server.port()};
  CHECK(ops::why_not_ready(address, kPatience) == std::nullopt);
  CHECK(ops::why_not_ready({"0.0.0.0", server.port()}, kPatience) == std::nullopt);
  CHECK(ops::why_not_ready({"localhost", server.port()}, kPatience) == std::nullopt);
  why.with([](auto& text) { text = "the database is not available"; });
  CHECK(ops::why_not_ready(address, kPatience) ==
        options::format_address(address) + ": the database is not available");
  server.stop(1s);
}

TEST_CASE("nobody at the port, and nobody who answers, are both not ready") {
  Silence silence;
  const options::Address address{"127.0.0.1", silence.port()};
  CHECK(ops::why_not_ready(address, kPatience).value().find("refused") != std::string::npos);
  silence.listen();
  // This patience is to be met, but a slow machine can meet a short one while it still connects.
  std::string why;
  for (Millis patience = 30ms; patience < kPatience; patience *= 3) {
    why = ops::why_not_ready(address, patience).value();
    if (!why.ends_with(std::strerror(ETIMEDOUT))) break;
  }
  CHECK(why.ends_with(": no answer"));
  CHECK(ops::why_not_ready({"no.such.host.invalid", 1}, 30ms).value().ends_with("no such host"));
}
