#pragma once

#include <optional>

#include "worker/outbound/failure.h"
#include "worker/sender.h"

namespace webhooks::worker {

// The HTTP library writes what it is given, line ends and all: a CR or LF in a value would be a
// header of its own. invalid_url when the URL's parts cannot go on a request line, internal when a
// header cannot be sent or is one that the sender sets itself. Pure.
std::optional<Failure> check_request(const SendRequest& request);

}  // namespace webhooks::worker
