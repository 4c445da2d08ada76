#pragma once

// Always-on assert for bugs: a broken promise between our own functions. Never for input, never for
// the outside world. Prints the place and aborts, so that a core dump shows the cause.

namespace webhooks {

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace webhooks

#define WEBHOOKS_ASSERT(expression) \
  ((expression) ? void(0) : ::webhooks::assertion_failed(#expression, __FILE__, __LINE__))
