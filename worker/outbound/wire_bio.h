#pragma once

#include <openssl/bio.h>

#include "worker/outbound/wire_socket.h"

namespace webhooks::worker {

// A BIO over `socket`, which must outlive it. OpenSSL's own socket BIO writes with write(2), which
// kills the process by SIGPIPE when the peer has gone, and does not count. Null when out of memory;
// the caller owns the result.
BIO* make_wire_bio(WireSocket* socket);

}  // namespace webhooks::worker
