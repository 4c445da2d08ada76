#pragma once

#include <string>

#include "api/http/date_header.h"
#include "api/http/message.h"

namespace webhooks::http {

// What the answer depends on besides the reply itself.
struct AnswerContext {
  std::string id{};      // Request::id
  std::string origin{};  // the request's Origin, for the answers that the edge makes itself
  bool http11 = true;
  bool is_head = false;
  bool keep_alive = true;
  bool gzip = false;  // the client accepts it
};

// How the client learns where the body ends (RFC 9112 §6.3).
enum class BodyFraming { none, length, chunked, close };

struct SerializedReply {
  std::string head;  // status line and fields, the empty line included
  BodyFraming framing;
  bool keep_alive;
};

// Can this reply be put on the wire as it is? A final status, names that are tokens, values without
// CR, LF or NUL.
bool is_sendable(const Reply& reply);

// Compresses the body where the client and the reply allow it, and says Vary where the client's
// wish would matter.
void negotiate_coding(Reply& reply, bool client_accepts_gzip, std::size_t from);

// REQUIRES is_sendable(reply). The edge's own fields (Date, Content-Length, Transfer-Encoding,
// Connection, X-Request-Id) replace any that the reply brings.
SerializedReply serialize(const Reply& reply, const AnswerContext& context, DateHeader& date);

// One chunk of a chunked body (RFC 9112 §7.1); an empty piece gives the last one.
std::string as_chunk(std::string_view piece);

}  // namespace webhooks::http
