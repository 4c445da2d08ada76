#include "api/wire/security_headers.h"

#include <algorithm>

namespace webhooks::api {

const http::Fields& security_headers() {
  static const http::Fields kFields{
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
      {"Referrer-Policy", "no-referrer"},
  };
  return kFields;
}

void add_security_headers(http::Fields& headers) {
  const auto own = headers.size();
  for (const auto& field : security_headers()) {
    const auto end = headers.begin() + static_cast<std::ptrdiff_t>(own);
    const bool has = std::any_of(headers.begin(), end,
                                 [&](const auto& one) { return one.first == field.first; });
    if (!has) headers.push_back(field);
  }
}

}  // namespace webhooks::api
