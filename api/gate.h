#pragma once

#include <variant>

#include "api/answer.h"
#include "api/auth.h"
#include "api/route.h"
#include "api/sessions.h"

namespace webhooks::api {

// Lets a request in that may use its route. Holds nothing itself; what it refers to must outlive
// it. Thread-safe.
class Gate {
 public:
  Gate(const Authenticator& authenticator, Sessions& sessions)
      : authenticator_(authenticator), sessions_(sessions) {}

  // Who asks, or the answer that refuses. Tells `answer` whom to name in the log. Throws
  // StoreError.
  std::variant<Identity, http::Reply> admit(const Route& route, const Call& call,
                                            Answer& answer) const;

 private:
  Identified identify(std::string_view token, Time now) const;

  const Authenticator& authenticator_;
  Sessions& sessions_;
};

}  // namespace webhooks::api
