#pragma once

#include <csignal>

namespace webhooks::api {

// SIGTERM and SIGINT, taken by wait() instead of ending the process. Construct before any thread
// starts: threads inherit that the signals are blocked.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }

  // Blocks until one of them comes.
  int wait() const {
    int signal = 0;
    sigwait(&set_, &signal);
    return signal;
  }

 private:
  sigset_t set_{};
};

}  // namespace webhooks::api
