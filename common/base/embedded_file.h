#pragma once

#include <string_view>

namespace webhooks {

// A file of the source tree that the build put into the binary.
struct EmbeddedFile {
  std::string_view name;  // without its folder
  std::string_view content;
};

}  // namespace webhooks
