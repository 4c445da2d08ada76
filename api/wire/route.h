#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/time.h"
#include "common/domain/access.h"
#include "common/http/message.h"
#include "common/store/backend.h"

namespace webhooks::api {

// One request on its way to its handler: who asks, and what the path's {…} stand for.
struct Call {
  http::Request request;
  Principal principal;           // of an open route: nobody
  std::vector<std::string> ids;  // in the path's order
  Time now;                      // when it came: the one time of its decisions
  bool by_api_key = false;       // rather than by a token; then the principal's name is its id

  const PartnerId& partner() const;  // of a partner's key; only for routes that ask for one
};

// The store's part of a write. Runs on the committer's thread in a transaction that it shares with
// others; an answer of status 400 or more undoes what this unit wrote, and nothing else.
using WriteUnit = std::function<http::Reply(store::Session&)>;

// What a write begins with when it has to read for long: on the slow threads, with a session that
// only reads. What that says to write should look again, for it happens later.
struct LongLook {
  std::function<std::variant<http::Reply, WriteUnit>(store::Session&)> look;
};

// What a writing handler comes to: an answer at once, work for the committer, or a long look first.
using Outcome = std::variant<http::Reply, WriteUnit, LongLook>;

// Where a handler runs. Answers at once on the I/O thread; reads from a session on the I/O thread;
// the same on the slow threads, for answers that take long; parses on the I/O thread and leaves the
// store's part to the committer.
struct Plain {
  std::function<http::Reply(const Call&)> handle;
};
struct Read {
  std::function<http::Reply(const Call&, store::Session&)> handle;
};
struct SlowRead {
  std::function<http::Reply(const Call&, store::Session&)> handle;
};
struct Write {
  std::function<Outcome(const Call&)> handle;
};
using Work = std::variant<Plain, Read, SlowRead, Write>;

// Who may use a route: nobody in particular (no key is looked at), or the keys of some roles.
class Access {
 public:
  static constexpr Access open() { return Access(0); }
  static constexpr Access only(std::initializer_list<Role> roles) {
    unsigned bits = 0;
    for (const Role role : roles) bits |= 1U << static_cast<unsigned>(role);
    return Access(bits);
  }
  constexpr bool is_open() const { return bits_ == 0; }
  constexpr bool admits(Role role) const {
    return (bits_ >> static_cast<unsigned>(role) & 1U) != 0;
  }

 private:
  constexpr explicit Access(unsigned bits) : bits_(bits) {}
  unsigned bits_;
};

struct Route {
  std::string_view method;
  std::string_view pattern;  // as openapi.yaml has it, e.g. "/webhooks/{id}"
  Access access;
  std::string_view produces;  // the media type of a good answer
  Work work;
};

}  // namespace webhooks::api
