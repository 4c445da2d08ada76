#pragma once

#include "common/http/message.h"

namespace webhooks::api {

// What every answer says to browsers, the page's own files aside, which say it in their own way: it
// is no document, frames nothing and is framed by nobody, its type is what it says, and addresses
// with ids in them are told to nobody else. Strict-Transport-Security is left to whoever ends TLS:
// over plain HTTP it has no meaning (RFC 6797 §8.1).
const http::Fields& security_headers();

// Adds those that the answer does not have.
void add_security_headers(http::Fields& headers);

}  // namespace webhooks::api
