#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "worker/outbound/failure.h"

namespace webhooks::worker {

// Limits of an endpoint's answer, in bytes.
struct AnswerLimits {
  std::size_t head = 32 * 1024;  // interim answers included
  std::size_t status_line = 1024;
  int interim_answers = 8;        // 1xx before the final one
  std::size_t body = 64 * 1024;   // what is more is not read; the status counts all the same
  std::size_t wire = 256 * 1024;  // everything received in an attempt, TLS included
};

// What an answer's head says (RFC 9112).
struct AnswerHead {
  enum class Framing { none, length, chunked, until_close };

  int status = 0;
  Framing framing = Framing::until_close;
  std::uint64_t length = 0;                // with Framing::length
  std::optional<std::string> retry_after;  // as sent, when printable and at most 128 bytes
  bool reusable = false;  // the peer keeps the connection open and keeps to the rules
};

// Parses one head, from the status line to the empty line included. Strict where framing hangs on
// it: what some other reader could understand otherwise is malformed_response. A bare LF for CRLF
// is read (RFC 9112 section 2.2), but such a connection is not reused. Pure.
std::variant<AnswerHead, Failure> parse_answer_head(std::string_view head);

// The same head in its plainest form. The HTTP library behind us runs std::regex over the status
// line and decodes percent signs in header values; it gets to see neither.
std::string canonical_head(const AnswerHead& head);

}  // namespace webhooks::worker
