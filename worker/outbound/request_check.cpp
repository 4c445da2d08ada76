#include "worker/outbound/request_check.h"

#include <algorithm>
#include <array>

namespace webhooks::worker {
namespace {

// Framing and identity are the sender's own business.
constexpr std::array<std::string_view, 8> kReserved{
    "host", "content-length", "transfer-encoding", "connection", "user-agent", "expect",
    "te",   "upgrade"};

bool is_reserved(std::string_view name) {
  return std::any_of(kReserved.begin(), kReserved.end(), [&](std::string_view reserved) {
    return std::equal(name.begin(), name.end(), reserved.begin(), reserved.end(),
                      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; });
  });
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  });
}

bool is_visible(std::string_view text, unsigned char lowest) {
  return std::all_of(text.begin(), text.end(),
                     [&](unsigned char c) { return c >= lowest && c < 0x7f; });
}

}  // namespace

std::optional<Failure> check_request(const SendRequest& request) {
  const TargetUrl& url = request.url;
  if (url.host.empty() || !is_visible(url.host, 0x21) || url.port == 0)
    return Failure{SendError::invalid_url, "no usable host and port"};
  if (!url.target.starts_with('/') || !is_visible(url.target, 0x21))
    return Failure{SendError::invalid_url, "no usable path"};
  for (const auto& [name, value] : request.headers) {
    if (!is_name(name) || is_reserved(name))
      return Failure{SendError::internal, "header not allowed: " + name};
    if (!is_visible(value, 0x20))
      return Failure{SendError::internal, "bad value of header " + name};
  }
  return std::nullopt;
}

}  // namespace webhooks::worker
