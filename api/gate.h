#pragma once

#include <variant>

#include "api/answer.h"
#include "api/auth.h"
#include "api/rate_limit.h"
#include "api/route.h"

namespace webhooks::api {

// Lets a request in that may use its route, as often as its caller may. What it refers to must
// outlive it. Thread-safe.
class Gate {
 public:
  // `rate`: of partners' keys and users; the platform's own keys may do kPlatformFactor times that.
  Gate(const Authenticator& authenticator, const Rate& rate)
      : authenticator_(authenticator), rate_(rate) {}

  static constexpr int kPlatformFactor = 20;

  // Who asks, or the answer that refuses. Tells `answer` whom to name in the log, and how much of
  // the caller's rate is left. Throws StoreError.
  std::variant<Identity, http::Reply> admit(const Route& route, const Call& call, Answer& answer,
                                            store::KeyStore& keys);

 private:
  const Authenticator& authenticator_;
  const Rate& rate_;
  RateLimiter limiter_;
};

}  // namespace webhooks::api
