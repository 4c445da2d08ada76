#include "common/http/serialize.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "common/http/compression.h"
#include "common/http/fields.h"
#include "common/http/problem.h"

namespace webhooks::http {
namespace {

constexpr std::array<std::string_view, 6> kOwnFields{
    "date", "content-length", "transfer-encoding", "connection", "keep-alive", "x-request-id"};

bool is_own(std::string_view name) {
  return std::any_of(kOwnFields.begin(), kOwnFields.end(),
                     [&](std::string_view own) { return same_token(own, name); });
}

void append_number(std::string& out, std::uint64_t number, int base = 10) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
  out.append(digits.data(), end);
}

// RFC 9110 §8.6: 1xx and 204 have no Content-Length; 304 may leave it out.
bool is_bodyless(int status) { return status == 204 || status == 304; }

BodyFraming framing_of(const Reply& reply, const AnswerContext& context) {
  if (is_bodyless(reply.status)) return BodyFraming::none;
  if (!reply.stream || reply.stream_length) return BodyFraming::length;
  return context.http11 ? BodyFraming::chunked : BodyFraming::close;
}

}  // namespace

bool is_sendable(const Reply& reply) {
  return reply.status >= 200 && reply.status <= 599 &&
         std::all_of(reply.headers.begin(), reply.headers.end(), [](const auto& field) {
           return is_token(field.first) && is_field_value(field.second);
         });
}

void negotiate_coding(Reply& reply, bool client_accepts_gzip, std::size_t from) {
  if (!is_compressible(reply, from)) return;
  if (!has_token(reply.headers, "vary", "accept-encoding")) {
    reply.headers.emplace_back("Vary", "Accept-Encoding");
  }
  if (!client_accepts_gzip) return;
  reply.body = gzip(reply.body);
  reply.headers.emplace_back("Content-Encoding", "gzip");
}

SerializedReply serialize(const Reply& reply, const AnswerContext& context, DateHeader& date) {
  SerializedReply out{
      .head = {}, .framing = framing_of(reply, context), .keep_alive = context.keep_alive};
  // A HEAD's answer ends with its head, whatever the GET's would need.
  if (out.framing == BodyFraming::close && !context.is_head) out.keep_alive = false;
  std::string& head = out.head;
  head.reserve(384);
  head += "HTTP/1.1 ";  // the server's own version, also to an HTTP/1.0 client (RFC 9110 §6.2)
  append_number(head, static_cast<std::uint64_t>(reply.status));
  head += ' ';
  head += reason_phrase(reply.status);
  head += "\r\nDate: ";
  date.append_to(head);
  for (const auto& [name, value] : reply.headers) {
    if (is_own(name)) continue;
    head.append("\r\n").append(name).append(": ").append(value);
  }
  if (!context.id.empty()) head.append("\r\nX-Request-Id: ").append(context.id);
  if (out.framing == BodyFraming::length) {
    head += "\r\nContent-Length: ";
    append_number(head, reply.stream ? *reply.stream_length : reply.body.size());
  } else if (out.framing == BodyFraming::chunked) {
    head += "\r\nTransfer-Encoding: chunked";
  }
  head += out.keep_alive ? "\r\nConnection: keep-alive\r\n\r\n" : "\r\nConnection: close\r\n\r\n";
  if (context.is_head) out.framing = BodyFraming::none;
  return out;
}

std::string as_chunk(std::string_view piece) {
  if (piece.empty()) return "0\r\n\r\n";
  std::string chunk;
  chunk.reserve(piece.size() + 20);
  append_number(chunk, piece.size(), 16);
  return chunk.append("\r\n").append(piece).append("\r\n");
}

}  // namespace webhooks::http
