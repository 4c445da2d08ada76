#pragma once

#include <optional>
#include <string_view>

#include "common/http/limits.h"
#include "common/http/message.h"
#include "common/http/refusal.h"

namespace webhooks::http {

// The parser library forgives things on which two servers on a path could disagree, which is how a
// request is smuggled past one of them (RFC 9112 §11.2). These rules come before it and after it.

// The head's bytes, from the request line to the empty line that ends it: CRLF line ends only, no
// folded lines, no line without a colon, no blank before the colon, no control characters, a known
// version, the limits.
std::optional<Refusal> check_head_bytes(std::string_view head, const Limits& limits);

// A head of which only the beginning is here: refuses as soon as nothing that follows could make it
// right.
std::optional<Refusal> check_partial_head(std::string_view head, const Limits& limits);

// The fields together: exactly one valid Host (none allowed in HTTP/1.0), one way of telling the
// body's length, an Expect that we know.
std::optional<Refusal> check_fields(const Request& request, bool http11);

}  // namespace webhooks::http
