// Any request-target is refused with 400 or decoded to well-formed UTF-8 without NUL, in which every segment and every pair
// has its place.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "api/http/target.h"
#include "common/base/assert.h"
#include "common/base/encoding.h"

using namespace webhooks;

namespace {

void check(std::string_view text) {
  WEBHOOKS_ASSERT(is_utf8(text));
  WEBHOOKS_ASSERT(text.find('\0') == std::string_view::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  http::Request request;
  request.method = "OPTIONS";
  const auto refusal = http::decode_target({reinterpret_cast<const char*>(data), size}, request);
  if (refusal) {
    WEBHOOKS_ASSERT(refusal->status == 400);
    return 0;
  }
  check(request.path);
  std::string joined;
  for (const auto& segment : request.segments) joined += '/' + segment;
  WEBHOOKS_ASSERT(request.path == (joined.empty() ? (request.path == "*" ? "*" : "/") : joined));
  for (const auto& [name, value] : request.query) {
    check(name);
    check(value);
  }
  return 0;
}
