#pragma once

#include <string>
#include <variant>

#include "api/access/auth.h"
#include "api/access/rate_limit.h"
#include "api/wire/route.h"

namespace webhooks::api {

// What became of a request at the gate.
struct Admission {
  std::variant<Identity, http::Reply> outcome;  // who asks, or the answer that refuses
  std::string name;                             // of the caller, for the log; empty: not known
  http::Fields headers;                         // of whatever the answer will be
};

// Lets a request in that may use its route, as often as its caller may. What it refers to must
// outlive it. Thread-safe.
class Gate {
 public:
  // `rate`: of partners' keys and users; the platform's own keys may do kPlatformFactor times that.
  Gate(const Authenticator& authenticator, const Rate& rate)
      : authenticator_(authenticator), rate_(rate) {}

  static constexpr int kPlatformFactor = 20;

  // Whether the call may go on; its headers say how much of the caller's rate is left. Throws
  // StoreError.
  Admission admit(const Route& route, const Call& call, store::KeyStore& keys);

 private:
  const Authenticator& authenticator_;
  const Rate& rate_;
  RateLimiter limiter_;
};

}  // namespace webhooks::api
