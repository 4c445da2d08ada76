#include "worker/outbound/answer_gate.h"

#include <algorithm>
#include <charconv>

namespace webhooks::worker {
namespace {

constexpr std::size_t kMaxChunkLine = 256;  // size and extensions
constexpr std::size_t kMaxTrailer = 4 * 1024;

Failure malformed(std::string_view why) {
  return {SendError::malformed_response, std::string(why)};
}
Failure too_large(std::string_view why) {
  return {SendError::response_too_large, std::string(why)};
}

}  // namespace

std::optional<Failure> AnswerGate::feed(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    std::optional<Failure> failure;
    switch (state_) {
      case State::head:
        failure = take_head(bytes, out);
        break;
      case State::body:
      case State::chunk_data:
      case State::until_close:
        take_data(bytes, out);
        break;
      case State::chunk_size:
      case State::chunk_end:
      case State::trailer:
        failure = take_line(bytes, state_ == State::trailer ? kMaxTrailer : kMaxChunkLine);
        if (!failure && line_done_) failure = end_line(out);
        break;
      case State::done:
        surplus_ = true;
        return std::nullopt;
    }
    if (failure) return failure;
  }
  return std::nullopt;
}

std::optional<Failure> AnswerGate::finish() {
  if (state_ == State::until_close) state_ = State::done;
  if (state_ == State::done) return std::nullopt;
  if (state_ == State::head && line_.empty() && interim_ == 0)
    return Failure{SendError::connection_closed, "closed without an answer"};
  return Failure{SendError::connection_closed,
                 state_ == State::head ? "closed within the head" : "closed within the body"};
}

std::optional<Failure> AnswerGate::take_head(std::string_view& bytes, std::string& out) {
  constexpr std::string_view kStart = "HTTP/1.";
  while (!bytes.empty()) {
    const char c = bytes.front();
    bytes.remove_prefix(1);
    // Told at the first wrong byte, so that a peer which talks another protocol and waits doesn't
    // cost the deadline.
    if (line_.size() < kStart.size() && c != kStart[line_.size()]) return malformed("not HTTP/1");
    line_ += c;
    if (++head_bytes_ > limits_.head) return too_large("head over its limit");
    if (line_start_ == 0 && ++status_line_ > limits_.status_line)
      return too_large("status line over its limit");
    if (c != '\n') continue;
    const std::size_t length = line_.size() - line_start_;
    const bool empty = length == 1 || (length == 2 && line_[line_start_] == '\r');
    line_start_ = line_.size();
    if (empty) return end_head(out);
  }
  return std::nullopt;
}

std::optional<Failure> AnswerGate::end_head(std::string& out) {
  auto parsed = parse_answer_head(line_);
  if (auto* failure = std::get_if<Failure>(&parsed)) return std::move(*failure);
  head_ = std::move(std::get<AnswerHead>(parsed));
  line_.clear();
  line_start_ = 0;
  status_line_ = 0;
  if (head_.status == 101) return malformed("switches to a protocol that was not asked for");
  if (head_.status / 100 == 1) {
    // RFC 9110 section 15.2: any number of them may come, and none was asked for.
    if (++interim_ > limits_.interim_answers) return too_large("too many interim answers");
    return std::nullopt;
  }
  out += canonical_head(head_);
  left_ = head_.length;
  switch (head_.framing) {
    case AnswerHead::Framing::none:
      state_ = State::done;
      break;
    case AnswerHead::Framing::length:
      state_ = left_ == 0 ? State::done : State::body;
      break;
    case AnswerHead::Framing::chunked:
      state_ = State::chunk_size;
      break;
    case AnswerHead::Framing::until_close:
      state_ = State::until_close;
      break;
  }
  return std::nullopt;
}

void AnswerGate::take_data(std::string_view& bytes, std::string& out) {
  if (state_ == State::until_close) {
    out += bytes;
    bytes = {};
    return;
  }
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  out += bytes.substr(0, count);
  bytes.remove_prefix(count);
  left_ -= count;
  if (left_ == 0) state_ = state_ == State::body ? State::done : State::chunk_end;
}

// Collects a line that must end with CRLF into `line_`, without it.
std::optional<Failure> AnswerGate::take_line(std::string_view& bytes, std::size_t limit) {
  const std::size_t newline = bytes.find('\n');
  const std::size_t count = newline == std::string_view::npos ? bytes.size() : newline + 1;
  line_ += bytes.substr(0, count);
  bytes.remove_prefix(count);
  line_done_ = newline != std::string_view::npos;
  if (line_.size() > limit) return too_large("line over its limit in the chunked coding");
  if (!line_done_) return std::nullopt;
  if (!line_.ends_with("\r\n")) return malformed("bare LF in the chunked coding");
  line_.resize(line_.size() - 2);
  return std::nullopt;
}

std::optional<Failure> AnswerGate::end_line(std::string& out) {
  std::optional<Failure> failure;
  switch (state_) {
    case State::chunk_size:
      failure = end_chunk_size(out);
      break;
    case State::chunk_end:
      if (!line_.empty()) return malformed("chunk longer than its size");
      out += "\r\n";
      state_ = State::chunk_size;
      break;
    case State::trailer:
      trailer_bytes_ += line_.size() + 2;
      if (trailer_bytes_ > kMaxTrailer) return too_large("trailer over its limit");
      if (line_.empty()) {
        out += "\r\n";
        state_ = State::done;
      }
      break;
    case State::head:
    case State::body:
    case State::chunk_data:
    case State::until_close:
    case State::done:
      break;
  }
  line_.clear();
  return failure;
}

// RFC 9112 section 7.1: hexadecimal digits, then perhaps extensions, which nobody asked for and
// nobody reads.
std::optional<Failure> AnswerGate::end_chunk_size(std::string& out) {
  const char* const end = line_.data() + line_.size();
  const auto [stop, error] = std::from_chars(line_.data(), end, left_, 16);
  if (error != std::errc{} || left_ > INT64_MAX) return malformed("bad chunk size");
  if (stop != end && *stop != ';' && *stop != ' ' && *stop != '\t')
    return malformed("bad chunk size");
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, left_, 16).ptr);
  out += "\r\n";
  state_ = left_ == 0 ? State::trailer : State::chunk_data;
  return std::nullopt;
}

}  // namespace webhooks::worker
