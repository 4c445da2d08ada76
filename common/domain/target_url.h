#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/domain/ip_address.h"

namespace webhooks {

// A webhook's URL, checked and normalised. What is stored is what is shown and what is connected
// to.
struct TargetUrl {
  bool tls = true;
  std::string host;  // lower-case ASCII (A-label) name, or an address without brackets
  std::optional<IpAddress> literal;  // set when the host is an address
  std::uint16_t port = 443;
  std::string target;  // path and query as they go on the request line, e.g. "/hooks?x=1"
  std::string
      text;  // the whole URL, normalised: default port and empty path settled, host in ASCII

  // The Host header's value: brackets around IPv6, the port only when it is not the scheme's
  // default.
  std::string authority() const;

  friend bool operator==(const TargetUrl&, const TargetUrl&) = default;
};

struct UrlRules {
  bool allow_http = false;        // development only
  std::size_t max_length = 2048;  // bytes, before and after normalisation
};

// Why a URL is refused; `code` is stable for programs, `message` is for people.
struct UrlError {
  std::string code;  // too_long, malformed, scheme_not_allowed, userinfo_not_allowed,
                     // fragment_not_allowed, host_missing, host_invalid, port_invalid
  std::string message;
};

// Parses (RFC 3986, strictly), maps the host with IDNA2008/TR46 BEFORE looking whether it is an
// address, and refuses every host that some resolver would read as an address in another notation
// (2130706433, 0x7f.1, 127.1).
std::variant<TargetUrl, UrlError> parse_target_url(std::string_view text, const UrlRules& rules);

}  // namespace webhooks
