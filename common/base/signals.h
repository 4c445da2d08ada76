#pragma once

#include <csignal>

namespace webhooks {

// Makes writes past a closed connection or a file size limit fail instead of killing the process.
// Call it first thing in main.
void survive_failing_writes();

// Blocks SIGTERM and SIGINT for this thread and every thread made later, so that one thread can
// wait for them. Make it first thing in main.
class TerminationSignals {
 public:
  TerminationSignals();
  TerminationSignals(const TerminationSignals&) = delete;
  TerminationSignals& operator=(const TerminationSignals&) = delete;

  // Returns the signal's number once one of the two has come.
  int wait() const;

 private:
  sigset_t set_{};
};

}  // namespace webhooks
