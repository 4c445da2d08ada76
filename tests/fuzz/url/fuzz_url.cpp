#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/base/assert.h"
#include "common/domain/target_url.h"

// Whatever is accepted must be safe to put on a request line and in a Host header, and must be a
// fixed point: the text that is stored parses to itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const webhooks::UrlRules rules{.allow_http = true};
  const auto first = webhooks::parse_target_url(text, rules);
  const auto* url = std::get_if<webhooks::TargetUrl>(&first);
  if (url == nullptr) {
    WEBHOOKS_ASSERT(!std::get<webhooks::UrlError>(first).code.empty());
    return 0;
  }
  WEBHOOKS_ASSERT(url->text.size() <= rules.max_length);
  for (const char c : url->text) WEBHOOKS_ASSERT(c > 0x20 && c < 0x7f);
  WEBHOOKS_ASSERT(url->target.starts_with('/'));
  WEBHOOKS_ASSERT(url->port != 0);
  WEBHOOKS_ASSERT(url->literal.has_value() == webhooks::parse_ip(url->host).has_value());
  const auto second = webhooks::parse_target_url(url->text, rules);
  WEBHOOKS_ASSERT(std::holds_alternative<webhooks::TargetUrl>(second));
  WEBHOOKS_ASSERT(std::get<webhooks::TargetUrl>(second) == *url);
  return 0;
}
