#include "worker/outbound/answer.h"

#include <algorithm>
#include <charconv>

namespace webhooks::worker {
namespace {

constexpr std::size_t kMaxRetryAfter = 128;

Failure malformed(std::string_view why) {
  return {SendError::malformed_response, std::string(why)};
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    };
    return lower(x) == lower(y);
  });
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kOther = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kOther.find(c) != std::string_view::npos;
  });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

template <class Each>
void for_each_member(std::string_view list, Each&& each) {
  while (true) {
    const std::size_t comma = std::min(list.find(','), list.size());
    each(trim(list.substr(0, comma)));
    if (comma == list.size()) return;
    list.remove_prefix(comma + 1);
  }
}

class HeadParser {
 public:
  std::variant<AnswerHead, Failure> parse(std::string_view head) {
    for (bool first = true; !head.empty(); first = false) {
      const std::size_t end = std::min(head.find('\n'), head.size() - 1);
      std::string_view line = head.substr(0, end);
      head.remove_prefix(end + 1);
      if (line.ends_with('\r')) {
        line.remove_suffix(1);
      } else {
        sloppy_ = true;
      }
      if (line.empty()) break;
      if (auto failure = first ? status_line(line) : field(line)) return std::move(*failure);
    }
    return settle();
  }

 private:
  // RFC 9112 section 4; the reason is not looked at.
  std::optional<Failure> status_line(std::string_view line) {
    const bool version = line.size() >= 12 && line.starts_with("HTTP/1.") &&
                         (line[7] == '0' || line[7] == '1') && line[8] == ' ';
    if (!version || !is_digit(line[9]) || !is_digit(line[10]) || !is_digit(line[11]) ||
        (line.size() > 12 && line[12] != ' '))
      return malformed("not an HTTP/1.1 status line");
    http_1_0_ = line[7] == '0';
    head_.status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    if (head_.status < 100 || head_.status > 599) return malformed("status code out of range");
    if (has_control(line)) return malformed("control character in the status line");
    return std::nullopt;
  }

  std::optional<Failure> field(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t') return malformed("folded header line");
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon)))
      return malformed("header line without a name");
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (has_control(value)) return malformed("control character in a header");

    if (equal_ignoring_case(name, "content-length")) return content_length(value);
    if (equal_ignoring_case(name, "transfer-encoding")) return transfer_encoding(value);
    if (equal_ignoring_case(name, "connection")) {
      for_each_member(value, [&](std::string_view option) {
        close_ = close_ || equal_ignoring_case(option, "close");
        keep_alive_ = keep_alive_ || equal_ignoring_case(option, "keep-alive");
      });
    } else if (equal_ignoring_case(name, "retry-after")) {
      const bool printable =
          std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20; });
      if (!head_.retry_after && !value.empty() && value.size() <= kMaxRetryAfter && printable)
        head_.retry_after = std::string(value);
    }
    return std::nullopt;
  }

  // RFC 9110 section 8.6: repeats of one number are let through, two numbers are not.
  std::optional<Failure> content_length(std::string_view value) {
    std::optional<Failure> failure;
    for_each_member(value, [&](std::string_view text) {
      std::uint64_t number = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (text.empty() || error != std::errc{} || end != text.data() + text.size() ||
          number > INT64_MAX) {
        failure = malformed("Content-Length is not a number");
      } else if (length_ && *length_ != number) {
        failure = malformed("two different Content-Lengths");
      }
      sloppy_ = sloppy_ || length_.has_value();
      length_ = number;
    });
    return failure;
  }

  std::optional<Failure> transfer_encoding(std::string_view value) {
    std::optional<Failure> failure;
    for_each_member(value, [&](std::string_view coding) {
      if (chunked_) failure = malformed("a transfer coding after chunked");
      if (equal_ignoring_case(coding, "chunked")) {
        chunked_ = true;
      } else {
        other_coding_ = true;
      }
    });
    return failure;
  }

  // RFC 9112 section 6.3.
  std::variant<AnswerHead, Failure> settle() {
    if (head_.status == 0) return malformed("no status line");
    const bool coded = chunked_ || other_coding_;
    if (coded && http_1_0_) return malformed("Transfer-Encoding in HTTP/1.0");
    if (coded && length_) return malformed("both Transfer-Encoding and Content-Length");
    using Framing = AnswerHead::Framing;
    const bool bodiless = head_.status / 100 == 1 || head_.status == 204 || head_.status == 304;
    if (bodiless) {
      head_.framing = Framing::none;
      // A 304 may say how long the body would be; a 204 that does may well go on to send it.
      if (head_.status != 304 && (coded || length_.value_or(0) != 0)) sloppy_ = true;
    } else if (chunked_) {
      head_.framing = Framing::chunked;
    } else if (length_) {
      head_.framing = Framing::length;
      head_.length = *length_;
    }
    head_.reusable =
        !sloppy_ && !close_ && (!http_1_0_ || keep_alive_) && head_.framing != Framing::until_close;
    return std::move(head_);
  }

  AnswerHead head_;
  std::optional<std::uint64_t> length_;
  bool http_1_0_ = false;
  bool chunked_ = false;
  bool other_coding_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
  bool sloppy_ = false;
};

}  // namespace

std::variant<AnswerHead, Failure> parse_answer_head(std::string_view head) {
  return HeadParser().parse(head);
}

std::string canonical_head(const AnswerHead& head) {
  std::string out = "HTTP/1.1 " + std::to_string(head.status) + " -\r\n";
  switch (head.framing) {
    case AnswerHead::Framing::none:
      out += "Content-Length: 0\r\n";
      break;
    case AnswerHead::Framing::length:
      out += "Content-Length: " + std::to_string(head.length) + "\r\n";
      break;
    case AnswerHead::Framing::chunked:
      out += "Transfer-Encoding: chunked\r\n";
      break;
    case AnswerHead::Framing::until_close:
      break;
  }
  return out + "\r\n";
}

}  // namespace webhooks::worker
