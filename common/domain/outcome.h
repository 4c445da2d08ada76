#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"

namespace webhooks {

// Why an attempt got no usable answer. The names are what the API shows and what metrics are
// labelled with.
enum class SendError {
  invalid_url,         // the stored URL cannot be used any more
  dns_failure,         // the name does not resolve
  dns_timeout,         // the resolver gave no answer within its share of the deadline
  blocked_address,     // every address of the host is one we refuse to connect to
  connect_refused,     // RST or ICMP unreachable at connect
  connect_timeout,     // no answer to connect within the deadline
  connect_failed,      // any other failure to connect
  tls_handshake,       // no TLS session: protocol, cipher, or the peer hung up in it
  tls_certificate,     // the certificate does not verify or is not for this host
  connection_closed,   // the peer closed or reset before a whole answer came
  timeout,             // the attempt's deadline passed after connecting
  malformed_response,  // not HTTP, or framing that contradicts itself
  response_too_large,  // head over its limit, or bytes past what an answer may have
  internal             // our own fault: out of descriptors or memory
};

// e.g. "connect_refused".
std::string_view to_string(SendError error);
std::optional<SendError> send_error_from(std::string_view name);

// What one POST came to: a status, or an error class.
struct Outcome {
  std::optional<int> status_code;  // set once a whole response head came
  std::optional<SendError>
      error;  // set when there is no whole answer; then status_code may still be known
  std::optional<std::string>
      detail;  // for the log: e.g. OpenSSL's reason; printable ASCII, at most 200 bytes
  std::optional<std::string> retry_after;  // the header's value as sent
  std::string response_excerpt;  // first bytes of the body, made safe to show: valid UTF-8 without
                                 // controls, at most 1,024 bytes
  Millis duration{0};
  bool reused_connection = false;
  bool resent = false;  // over a new connection: the one that was kept had ended

  bool succeeded() const { return !error && status_code && *status_code / 100 == 2; }
};

}  // namespace webhooks
