#pragma once

#include <optional>
#include <string_view>

#include "common/http/message.h"
#include "common/http/refusal.h"

namespace webhooks::http {

// Decodes a request-target (RFC 9112 §3.2) into path, segments and query. Accepts the origin form,
// the absolute form of http and https (its authority is ignored: there is one site here), and "*"
// with OPTIONS, whose path stays "*". The path is split at '/' before decoding, so "%2F" stays
// inside its segment; "/" has no segments, "/a/" has "a" and "". In the query '+' is a blank; pairs
// keep their order and repeats. Dot segments are left as they are. Refuses with 400: bad
// percent-encoding, what decodes to NUL or to invalid UTF-8, a fragment, raw non-ASCII.
std::optional<Refusal> decode_target(std::string_view target, Request& into);

}  // namespace webhooks::http
