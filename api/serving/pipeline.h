#pragma once

#include <functional>
#include <optional>

#include "api/access/gate.h"
#include "api/access/key_usage.h"
#include "api/serving/answer.h"
#include "api/serving/committer.h"
#include "api/serving/metrics.h"
#include "api/serving/sessions.h"
#include "api/serving/slow_pool.h"
#include "api/wire/cors.h"
#include "api/wire/router.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/domain/secret_vault.h"

namespace webhooks::api {

// Takes a request from the edge to its answer: route, key, role, handler, and the thread that its
// work belongs on. Holds nothing itself; what it refers to must outlive it. Thread-safe.
class Pipeline {
 public:
  struct Parts {
    const Router& router;
    const Cors& cors;
    Gate& gate;
    Sessions& sessions;
    Committer& committer;
    SlowPool& slow;
    Metrics& metrics;
    KeyUsage& key_usage;
    const Clock& clock;
    Random& random;
    const SecretVault& vault;
  };
  explicit Pipeline(Parts parts) : parts_(parts) {}

  // On an I/O thread: never waits for a write or a slow read.
  void handle(http::Request request, http::Responder responder) const;

 private:
  void dispatch(const Route& route, Call call, Answer& answer, http::Responder responder) const;
  // Finds out who asks. The answer, if it is no. The first throws StoreError, the second answers
  // it.
  std::optional<http::Reply> refuse(const Route& route, Call& call, Answer& answer,
                                    store::Session& session) const;
  std::optional<http::Reply> refuse(const Route& route, Call& call, Answer& answer) const;
  void note_use(const Call& call) const;
  http::Reply run_read(const Route& route, const Read& read, Call& call, Answer& answer) const;
  // `work` answers, on a slow thread.
  void later(http::Responder responder, std::function<void(http::Responder)> work) const;
  void run_slow(const SlowRead& read, Call call, http::Responder responder) const;
  void look_first(LongLook look, Call call, http::Responder responder) const;
  Outcome run_write(const Write& write, const Call& call) const;
  // The unit of work as its Idempotency-Key wants it, if it has one. May throw StoreError.
  WriteUnit by_key(const Call& call, WriteUnit unit) const;

  Parts parts_;
};

}  // namespace webhooks::api
