#pragma once

#include <string>

#include "common/domain/outcome.h"

namespace webhooks::worker {

// Why a step of an attempt did not work. `detail` may hold bytes that an endpoint chose: it is made
// printable once, where it enters the Outcome.
struct Failure {
  SendError error;
  std::string detail;
};

}  // namespace webhooks::worker
