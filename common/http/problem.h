#pragma once

#include <string_view>

#include "common/http/message.h"

namespace webhooks::http {

// The reason phrase of a status code (RFC 9110 §15), "" for one that has none.
std::string_view reason_phrase(int status);

// A problem document (RFC 9457): type about:blank, so the title is the reason phrase. `detail` must
// be ASCII without quotes, backslashes or control characters: it is meant for literals.
// `request_id` as in Request::id, may be empty.
Reply problem(int status, std::string_view detail, std::string_view request_id);

}  // namespace webhooks::http
