#pragma once

#include <string>
#include <string_view>

#include "common/http/message.h"

namespace webhooks::http {

// Does Accept-Encoding allow gzip (RFC 9110 §12.5.3)? "gzip;q=0" and "*;q=0" do not; without the
// field: no.
bool accepts_gzip(const Fields& request_headers);

// May this reply be compressed at all? JSON or text of at least `from` bytes, not encoded yet, not
// "no-transform", no strong ETag: a strong tag names exact bytes (RFC 9110 §8.8.3.3), and clients
// send ours back in If-Match.
bool is_compressible(const Reply& reply, std::size_t from);

// RFC 1952. Throws std::bad_alloc.
std::string gzip(std::string_view bytes);

}  // namespace webhooks::http
