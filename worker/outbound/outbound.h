#pragma once

#include <cstddef>
#include <memory>

#include "common/domain/ip_address.h"
#include "worker/outbound/answer.h"
#include "worker/outbound/connection_pool.h"
#include "worker/outbound/connector.h"
#include "worker/outbound/deadline.h"
#include "worker/outbound/resolver.h"
#include "worker/outbound/tls_context.h"
#include "worker/sender.h"

namespace webhooks::worker {

struct OutboundLimits {
  AnswerLimits answer;
  PoolLimits pool;
};

// Everything that the senders of a process share. Thread-safe.
//
//   auto outbound = std::make_shared<Outbound>(make_cares_resolver(),
//   std::make_shared<TlsContext>(TlsConfig{}),
//                                              EgressPolicy{}, OutboundLimits{});
//   std::unique_ptr<Sender> sender = make_httplib_sender(outbound);   // one a thread
class Outbound {
 public:
  // Throws std::system_error when the process is out of descriptors.
  Outbound(std::shared_ptr<Resolver> resolver, std::shared_ptr<TlsContext> tls, EgressPolicy policy,
           const OutboundLimits& limits)
      : limits_(limits),
        connector_(std::move(resolver), std::move(tls), std::move(policy)),
        pool_(limits.pool) {}

  // Makes every running send(), and every one from now on, return soon with SendError::internal and
  // the detail "aborted", wherever it waits. For the end of a drain: such an attempt says nothing
  // about its endpoint, which may even have received it. Cannot be taken back. Async-signal-safe.
  void abort() noexcept { abort_.raise(); }

  // Closes idle connections that are over their age. Call it about once a second; while deliveries
  // flow it has nothing left to do.
  void sweep() { pool_.sweep(); }

  std::size_t idle_connections() { return pool_.size(); }

  // For senders.
  const AnswerLimits& answer_limits() const { return limits_.answer; }
  const Connector& connector() const { return connector_; }
  ConnectionPool& pool() { return pool_; }
  const AbortSignal& abort_signal() const { return abort_; }

 private:
  const OutboundLimits limits_;
  AbortSignal abort_;
  Connector connector_;
  ConnectionPool pool_;
};

// A sender over cpp-httplib's HTTP/1.1 codec; everything that an endpoint could hurt it by is kept
// away from it. Use it from one thread at a time.
std::unique_ptr<Sender> make_httplib_sender(std::shared_ptr<Outbound> outbound);

}  // namespace webhooks::worker
