#include "common/base/signals.h"

#include <initializer_list>

#include "common/base/assert.h"

namespace webhooks {

void survive_failing_writes() {
  for (const int signal : {SIGPIPE, SIGXFSZ})
    WEBHOOKS_ASSERT(std::signal(signal, SIG_IGN) != SIG_ERR);
}

TerminationSignals::TerminationSignals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGINT);
  WEBHOOKS_ASSERT(pthread_sigmask(SIG_BLOCK, &set_, nullptr) == 0);
}

int TerminationSignals::wait() const {
  int signal = 0;
  WEBHOOKS_ASSERT(sigwait(&set_, &signal) == 0);
  return signal;
}

}  // namespace webhooks
