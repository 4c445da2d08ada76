#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/assert.h"
#include "common/base/encoding.h"
#include "worker/outbound/answer_gate.h"
#include "worker/outbound/safe_text.h"

namespace {

using namespace webhooks::worker;

struct Passed {
  std::string out;
  std::optional<webhooks::SendError> error;
  bool complete = false;
};

Passed pass(std::string_view bytes, std::size_t size) {
  AnswerGate gate{AnswerLimits{}};
  Passed passed;
  while (!bytes.empty() && !passed.error) {
    if (const auto failure = gate.feed(bytes.substr(0, size), passed.out))
      passed.error = failure->error;
    bytes.remove_prefix(std::min(size, bytes.size()));
  }
  if (!passed.error) {
    if (const auto failure = gate.finish()) passed.error = failure->error;
  }
  passed.complete = gate.complete();
  return passed;
}

}  // namespace

// However the bytes are cut, they come to the same; and what comes out is a canonical answer no
// longer than what went in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Passed whole = pass(bytes, bytes.size() + 1);
  const Passed cut = pass(bytes, data[0] % 16 + 1u);
  WEBHOOKS_ASSERT(whole.out == cut.out);
  WEBHOOKS_ASSERT(whole.error == cut.error);
  WEBHOOKS_ASSERT(whole.complete == cut.complete);
  WEBHOOKS_ASSERT(whole.complete != whole.error.has_value());
  WEBHOOKS_ASSERT(whole.out.empty() || whole.out.starts_with("HTTP/1.1 "));
  WEBHOOKS_ASSERT(whole.out.size() <= bytes.size() + 64);
  WEBHOOKS_ASSERT(webhooks::is_utf8(safe_excerpt(bytes, 1024)));
  return 0;
}
