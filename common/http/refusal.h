#pragma once

#include <string_view>

namespace webhooks::http {

// Why the edge answers a request itself. `detail` is a literal: nothing of the request gets into
// it.
struct Refusal {
  int status;
  std::string_view detail;
  bool close = true;  // false only when the end of the request is certain
};

}  // namespace webhooks::http
