// Whatever the bytes, and however they are split: the framer takes no more than it is given, keeps its limits, and comes to
// the same requests and the same refusal. The first byte chooses the size of the pieces.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/framer.h"
#include "common/base/assert.h"
#include "common/base/encoding.h"

using namespace webhooks::http;

namespace {

const Limits kLimits{.request_line = 200, .head = 1000, .header_count = 10, .body = 300};

void check(const Request& request) {
  WEBHOOKS_ASSERT(!request.method.empty());
  WEBHOOKS_ASSERT(!request.path.empty() && (request.path.front() == '/' || request.path == "*"));
  WEBHOOKS_ASSERT(webhooks::is_utf8(request.path) && request.path.find('\0') == std::string::npos);
  WEBHOOKS_ASSERT(request.body.size() <= kLimits.body);
  WEBHOOKS_ASSERT(request.headers.size() <= kLimits.header_count);
  for (const auto& [name, value] : request.headers) {
    WEBHOOKS_ASSERT(!name.empty());
    WEBHOOKS_ASSERT(value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos);
  }
}

std::string describe(const Request& request) {
  std::string out = request.method + ' ' + request.path + ' ' + request.body;
  for (const auto& [name, value] : request.headers) out += '\n' + name + ':' + value;
  for (const auto& [name, value] : request.query) out += '\n' + name + '=' + value;
  return out;
}

struct Result {
  std::vector<std::string> requests;
  bool closed = false;
};

Result run(std::string_view bytes, std::size_t piece) {
  Framer framer(kLimits);
  Result result;
  for (std::size_t at = 0; at < bytes.size() && !result.closed; at += piece) {
    auto input = bytes.substr(at, piece);
    while (!input.empty() && !result.closed) {
      const auto taken = framer.feed(input);
      WEBHOOKS_ASSERT(taken > 0 && taken <= input.size());
      input.remove_prefix(taken);
      if (framer.state() == Framer::State::complete) {
        const auto request = framer.take();
        check(request);
        result.requests.push_back(describe(request));
      } else if (framer.state() == Framer::State::refused) {
        WEBHOOKS_ASSERT(framer.refusal().status >= 400);
        result.closed = framer.refusal().close;
        framer.reset();
      }
    }
  }
  return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = run(bytes, bytes.size());
  const auto split = run(bytes, 1 + data[0] % 32);
  WEBHOOKS_ASSERT(whole.requests == split.requests);
  return 0;
}
