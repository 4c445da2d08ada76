#include "common/http/head_rules.h"

#include <algorithm>

#include "common/http/fields.h"

namespace webhooks::http {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<Refusal> check_version(std::string_view version) {
  if (version == "HTTP/1.1" || version == "HTTP/1.0") return std::nullopt;
  const bool shaped = version.size() == 8 && version.substr(0, 5) == "HTTP/" &&
                      is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
  if (shaped) return Refusal{505, "This server speaks HTTP/1.1 and HTTP/1.0."};
  return Refusal{400, "The request line is malformed."};
}

std::optional<Refusal> check_request_line(std::string_view line, const Limits& limits) {
  if (line.size() > limits.request_line) return Refusal{414, "The request line is too long."};
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || !is_token(line.substr(0, first))) {
    return Refusal{400, "The request line is malformed."};
  }
  const auto target = line.substr(first + 1, last - first - 1);
  const bool visible =
      std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c != 0x7f; });
  if (target.empty() || !visible) return Refusal{400, "The request line is malformed."};
  return check_version(line.substr(last + 1));
}

std::optional<Refusal> check_field_line(std::string_view line) {
  if (line.front() == ' ' || line.front() == '\t') {
    return Refusal{400, "A header line is folded."};
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
      !is_field_value(line.substr(colon + 1))) {
    return Refusal{400, "A header line is malformed."};
  }
  return std::nullopt;
}

// uri-host [ ":" port ] by its alphabet (RFC 9110 §7.2); nothing here depends on which host it is.
bool is_host(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-._~!$&'()*+,;=:[]%").find(c) != std::string_view::npos;
  });
}

std::optional<Refusal> check_transfer_encoding(std::string_view codings, bool http11) {
  // RFC 9112 §6.1: from HTTP/1.0 it is faulty framing.
  if (!http11) return Refusal{400, "Transfer-Encoding is not part of HTTP/1.0."};
  if (same_token(codings, "chunked")) return std::nullopt;
  int chunked = 0;
  std::string_view last;
  for_each_element(codings, [&](std::string_view coding) {
    chunked += same_token(coding, "chunked") ? 1 : 0;
    last = coding;
  });
  if (chunked != 1 || !same_token(last, "chunked")) {
    return Refusal{400, "The transfer codings do not tell where the body ends."};
  }
  return Refusal{501, "The only transfer coding understood is chunked."};
}

}  // namespace

std::optional<Refusal> check_head_bytes(std::string_view head, const Limits& limits) {
  if (head.size() > limits.head) return Refusal{431, "The request's head is too large."};
  std::size_t fields = 0;
  for (bool first = true; !head.empty(); first = false) {
    const auto end = head.find('\n');
    if (end == std::string_view::npos || end == 0 || head[end - 1] != '\r') {
      return Refusal{400, "Lines must end in CR LF."};
    }
    const auto line = head.substr(0, end - 1);
    head.remove_prefix(end + 1);
    if (line.empty() && !first) break;
    const auto refusal = first ? check_request_line(line, limits) : check_field_line(line);
    if (refusal) return refusal;
    if (!first && ++fields > limits.header_count) return Refusal{431, "Too many header lines."};
  }
  return std::nullopt;
}

std::optional<Refusal> check_partial_head(std::string_view head, const Limits& limits) {
  if (head.empty()) return std::nullopt;
  const auto line = head.substr(0, head.find('\n'));
  if (line.size() > limits.request_line + 1) return Refusal{414, "The request line is too long."};
  if (head.size() > limits.head) return Refusal{431, "The request's head is too large."};
  // So that a TLS handshake sent to this port is told at once rather than after the header timeout.
  if (!is_token(head.substr(0, 1))) return Refusal{400, "The request line is malformed."};
  return std::nullopt;
}

std::optional<Refusal> check_fields(const Request& request, bool http11) {
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
  std::string codings;
  for (const auto& [name, value] : request.headers) {
    if (same_token(name, "host")) {
      ++hosts;
      if (!is_host(value)) return Refusal{400, "The Host header is malformed."};
    } else if (same_token(name, "content-length")) {
      ++lengths;
      if (value.empty() || value.size() > 18 ||
          !std::all_of(value.begin(), value.end(), is_digit)) {
        return Refusal{400, "The Content-Length header is malformed."};
      }
    } else if (same_token(name, "transfer-encoding")) {
      codings += encodings++ > 0 ? "," + value : value;
    } else if (same_token(name, "expect") && http11 && !same_token(value, "100-continue")) {
      return Refusal{417, "The only expectation understood is 100-continue."};
    }
  }
  if (hosts > 1 || (http11 && hosts == 0)) return Refusal{400, "There must be one Host header."};
  if (lengths > 1 || (lengths > 0 && encodings > 0)) {
    return Refusal{400, "The body's length is given more than once."};
  }
  if (encodings > 0) return check_transfer_encoding(codings, http11);
  const bool needs_length =
      !http11 && (request.method == "POST" || request.method == "PUT" || request.method == "PATCH");
  if (needs_length && lengths == 0) return Refusal{411, "Content-Length is needed."};
  return std::nullopt;
}

}  // namespace webhooks::http
