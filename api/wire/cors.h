#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.h"

namespace webhooks::api {

// Which pages of other origins may call the API (Fetch standard, "CORS protocol"). No cookies are
// ever used, so no credentials are allowed. Immutable, so thread-safe.
class Cors {
 public:
  // `origins`: serialised origins, e.g. "https://partner.example", or "*" for any.
  explicit Cors(std::vector<std::string> origins = {}) : origins_(std::move(origins)) {}

  // The headers of an answer to a request with this Origin (empty: none); errors get them too, so
  // that a page can read why.
  http::Fields fields(std::string_view origin) const;

  // The answer to OPTIONS; `allow`: the resource's methods. With the headers of a preflight where
  // it is one of an allowed origin; fields() are added to it as to any answer.
  http::Reply options(const http::Request& request, const std::string& allow) const;

 private:
  bool allows(std::string_view origin) const;
  std::vector<std::string> origins_;
};

// "https://host[:port]" or "*"; for the option that lists them.
bool is_origin(std::string_view text);

}  // namespace webhooks::api
