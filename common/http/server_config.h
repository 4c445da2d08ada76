#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/base/clock.h"
#include "common/http/limits.h"
#include "common/http/message.h"

namespace webhooks::http {

// More fields for the answers that the edge makes itself, for CORS. `origin` is the request's
// Origin, empty if it has none or could not be read. Called from any thread; must not throw.
using ProblemHeaders = std::function<Fields(std::string_view origin)>;

struct ServerConfig {
  std::string host = "127.0.0.1";  // an IPv4 or IPv6 address, or a name that resolves to one
  std::uint16_t port = 0;          // 0: the kernel chooses, see Server::port()
  int io_threads = 1;              // each handles the connections that fall to it
  int stream_threads = 2;          // for the sources of streamed replies
  Limits limits;
  Timeouts timeouts;
  ProblemHeaders problem_headers = [](std::string_view) { return Fields{}; };
  std::shared_ptr<const Clock> clock = std::make_shared<SystemClock>();  // for Date
};

}  // namespace webhooks::http
