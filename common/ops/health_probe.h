#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/option_values.h"
#include "common/base/time.h"

namespace webhooks::ops {

// Asks the process whose ops port is `address` whether it can do its work: GET /readyz. A host that
// means every address (0.0.0.0, ::) is asked on loopback. Takes `patience` at most, over everything
// but the lookup of a host's name. nullopt: it is ready; else why not, in one line. Never throws
// for what the network or the other side does.
std::optional<std::string> why_not_ready(const options::Address& address, Millis patience);

// The command `health` of `program`: asks, with two seconds' patience, and says on standard error
// why not. Returns the exit code, 0 or 1.
int run_health_command(std::string_view program, const options::Address& address);

}  // namespace webhooks::ops
