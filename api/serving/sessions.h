#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "common/base/guarded.h"
#include "common/store/backend.h"

namespace webhooks::api {

// Read sessions, each lent to one thread at a time: as many come to be as threads ever read at
// once. Thread-safe.
class Sessions {
 public:
  explicit Sessions(store::Backend& backend) : backend_(backend) {}

  // What `use` makes of a session that it has to itself meanwhile. Throws StoreError when there is
  // no database to connect to, and whatever `use` throws. After a StoreError the connection may be
  // broken: it is closed rather than lent again.
  template <class Use>
  decltype(auto) with(Use&& use) {
    Lease lease(*this, take());
    try {
      return std::forward<Use>(use)(*lease);
    } catch (const store::StoreError&) {
      lease.discard();
      throw;
    }
  }

  // As with, and all that `use` reads is of one instant.
  template <class Use>
  auto at_one_instant(Use&& use) {
    return with([&](store::Session& session) {
      std::optional<std::invoke_result_t<Use, store::Session&>> made;
      session.at_one_instant([&] { made.emplace(std::forward<Use>(use)(session)); });
      return std::move(*made);
    });
  }

 private:
  // A session on loan; goes back when destroyed.
  class Lease {
   public:
    Lease(Sessions& owner, std::unique_ptr<store::Session> session)
        : owner_(owner), session_(std::move(session)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() {
      if (session_) owner_.give_back(std::move(session_));
    }
    store::Session& operator*() const { return *session_; }
    void discard() { session_.reset(); }

   private:
    Sessions& owner_;
    std::unique_ptr<store::Session> session_;
  };

  std::unique_ptr<store::Session> take();
  void give_back(std::unique_ptr<store::Session> session);

  store::Backend& backend_;
  Guarded<std::vector<std::unique_ptr<store::Session>>> idle_;
};

}  // namespace webhooks::api
