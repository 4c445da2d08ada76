#include "common/http/framer.h"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>
#include <string>

#include "common/http/fields.h"
#include "common/http/head_rules.h"
#include "common/http/target.h"

namespace webhooks::http {
namespace {

namespace beast = boost::beast::http;
using boost::beast::error_code;
using boost::beast::string_view;

constexpr std::string_view kEndOfHead = "\r\n\r\n";
constexpr std::size_t kEmptyLines =
    4;  // RFC 9112 §2.2: at least one CRLF before a request line is ignored

// A chunk's size line or the trailer section. No client of ours sends either longer than a few
// bytes.
constexpr std::size_t kChunkLine = 8 * 1024;

// The shortest that can stand where a chunk begins: "0\r\n\r\n". Beast 1.74 asserts that it sees
// this much once it has seen the "0\r\n", so a debug build could be aborted from outside by
// "0\r\n\r" (found by fuzzing).
constexpr std::size_t kLastChunk = 5;

// Chunk framing may be this much more than the payload: five bytes around one are legal, endless
// extensions are work.
constexpr std::uint64_t framing_allowance(std::uint64_t payload) {
  return 64 * 1024 + 16 * payload;
}

class Decoder final : public beast::basic_parser<true> {
 public:
  Request request;
  std::string target;
  int version = 11;

 private:
  void on_request_impl(beast::verb, string_view method, string_view raw_target, int http_version,
                       error_code&) override {
    request.method.assign(method.data(), method.size());
    target.assign(raw_target.data(), raw_target.size());
    version = http_version;
  }
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(beast::field, string_view name, string_view value, error_code&) override {
    if (head_done_)
      return;  // trailers: RFC 9110 §6.5.1 lets us drop them, and merging them in is unsafe
    request.headers.emplace_back(std::piecewise_construct,
                                 std::forward_as_tuple(name.data(), name.size()),
                                 std::forward_as_tuple(value.data(), value.size()));
  }
  void on_header_impl(error_code&) override { head_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code&) override {
    // Never reserved by the announced length: a client could claim much memory with few bytes.
    request.body.append(body.data(), body.size());
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
    request.body.append(body.data(), body.size());
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  bool head_done_ = false;
};

Refusal refusal_of(const error_code& error) {
  if (error == beast::error::body_limit) return {413, "The request's body is too large."};
  if (error == beast::error::header_limit) return {431, "The request's head is too large."};
  return {400, "The request's framing is malformed."};
}

// By the bytes as they came: a request that spells its path in another way has the smaller limit.
bool may_be_large(std::string_view head, const Limits& limits) {
  if (limits.large_body_of.empty() || !head.starts_with(limits.large_body_of)) return false;
  const char next = head[limits.large_body_of.size()];  // the head ends with a blank line
  return next == ' ' || next == '?';
}

}  // namespace

class Framer::Parser {
 public:
  std::optional<Decoder> decoder{std::in_place};
};

Framer::Framer(const Limits& limits) : limits_(limits), parser_(std::make_unique<Parser>()) {}
Framer::~Framer() = default;

const Request& Framer::request() const { return parser_->decoder->request; }
bool Framer::http11() const { return parser_->decoder->version == 11; }

bool Framer::keep_alive() const {
  const Fields& headers = request().headers;
  if (has_token(headers, "connection", "close")) return false;
  return http11() || has_token(headers, "connection", "keep-alive");
}

bool Framer::expects_continue() const {
  return state_ == State::body && raw_body_ == 0 && http11() &&
         has_token(request().headers, "expect", "100-continue");
}

std::size_t Framer::feed(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && (state_ == State::idle || state_ == State::head)) {
    taken += feed_head(bytes.substr(taken));
  }
  if (taken < bytes.size() && state_ == State::body) taken += feed_body(bytes.substr(taken));
  return taken;
}

std::size_t Framer::feed_head(std::string_view bytes) {
  if (pending_.empty()) {
    std::size_t blank = 0;
    while (blank < kEmptyLines && bytes.substr(blank).starts_with("\r\n")) blank += 2;
    if (blank > 0) return blank;
    if (const auto end = bytes.find(kEndOfHead); end != std::string_view::npos) {
      parse_head(bytes.substr(0, end + kEndOfHead.size()));
      return end + kEndOfHead.size();
    }
  }
  const auto before = pending_.size();
  pending_.append(bytes.substr(0, limits_.head + kEndOfHead.size() + 1));
  if (before == 1 && pending_.starts_with("\r\n")) {  // an empty line that came in two pieces
    pending_.clear();
    searched_ = 0;
    state_ = State::idle;
    return 1;
  }
  const auto end = pending_.find(kEndOfHead, searched_);
  if (end != std::string::npos) {
    const auto length = end + kEndOfHead.size();
    parse_head(std::string_view(pending_).substr(0, length));
    pending_.clear();
    searched_ = 0;
    return length - before;
  }
  searched_ = pending_.size() - std::min(pending_.size(), kEndOfHead.size() - 1);
  state_ = State::head;
  if (pending_ == "\r") return bytes.size();
  if (const auto refusal = check_partial_head(pending_, limits_)) refuse(*refusal);
  return bytes.size();
}

void Framer::parse_head(std::string_view head) {
  if (const auto refusal = check_head_bytes(head, limits_)) return refuse(*refusal);
  Decoder& decoder = *parser_->decoder;
  decoder.header_limit(static_cast<std::uint32_t>(head.size() + kEndOfHead.size()));
  decoder.body_limit(may_be_large(head, limits_) ? limits_.large_body : limits_.body);
  error_code error;
  const auto taken = decoder.put({head.data(), head.size()}, error);
  // Our reasons first: the library stops at the first field it dislikes, and knows one word for all
  // of them.
  if (const auto refusal = check_fields(decoder.request, http11())) return refuse(*refusal);
  if (error && error != beast::error::need_more) return refuse(refusal_of(error));
  if (taken != head.size() || !decoder.is_header_done()) {
    return refuse({400, "The request's framing is malformed."});
  }
  if (auto refusal = decode_target(decoder.target, decoder.request)) {
    refusal->close = !decoder.is_done();
    return refuse(*refusal);
  }
  decoder.eager(true);
  state_ = decoder.is_done() ? State::complete : State::body;
}

std::size_t Framer::feed_body(std::string_view bytes) {
  Decoder& decoder = *parser_->decoder;
  const auto before = pending_.size();
  if (before > 0) {
    pending_.append(bytes);
    if (pending_.size() < kLastChunk) {
      raw_body_ += bytes.size();
      return bytes.size();
    }
  }
  const std::string_view input = before > 0 ? std::string_view(pending_) : bytes;
  std::size_t taken = 0;
  error_code error;
  while (taken < input.size() && !decoder.is_done() && !error) {
    taken += decoder.put({input.data() + taken, input.size() - taken}, error);
  }
  if (error == beast::error::need_more) error = {};
  if (error) {
    refuse(refusal_of(error));
    return bytes.size();
  }
  if (decoder.is_done()) {
    const auto used = taken - before;
    raw_body_ += used;
    pending_.clear();
    state_ = State::complete;
    return used;
  }
  raw_body_ += bytes.size();
  pending_ = std::string(input.substr(taken));
  if (pending_.size() > kChunkLine)
    refuse({400, "A chunk's size line or the trailer is too long."});
  if (raw_body_ > decoder.request.body.size() + framing_allowance(decoder.request.body.size())) {
    refuse({400, "The chunks are almost empty."});
  }
  return bytes.size();
}

void Framer::refuse(Refusal refusal) {
  refusal_ = refusal;
  state_ = State::refused;
}

Request Framer::take() {
  Request request = std::move(parser_->decoder->request);
  reset();
  return request;
}

void Framer::reset() {
  parser_->decoder.emplace();
  pending_.clear();
  searched_ = 0;
  raw_body_ = 0;
  state_ = State::idle;
}

}  // namespace webhooks::http
