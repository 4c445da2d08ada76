#pragma once

#include <cstddef>

namespace webhooks {

// Lets this process have `wanted` file descriptors, or as many as the system allows. Returns how
// many it may have from now on; never lowers the limit.
std::size_t raise_descriptor_limit(std::size_t wanted);

}  // namespace webhooks
