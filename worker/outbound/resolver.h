#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "common/domain/ip_address.h"
#include "worker/outbound/deadline.h"
#include "worker/outbound/failure.h"

namespace webhooks::worker {

// Turns a host name into addresses. Says nothing about whether they may be connected to.
// Thread-safe: all senders share one and call it from their own threads.
class Resolver {
 public:
  using Result = std::variant<std::vector<IpAddress>, Failure>;

  virtual ~Resolver() = default;

  // Returns at least one address in the order to try them, or dns_failure (no such name, no
  // address, the server refuses), dns_timeout (nobody answered before `deadline`) or internal.
  // Waits no longer than `deadline`.
  virtual Result resolve(const std::string& host, const Deadline& deadline) = 0;
};

struct ResolverConfig {
  std::vector<std::string> servers{};  // "address:port"; empty: those of /etc/resolv.conf
  Millis try_timeout{2'000};           // of one query to one server, doubled for each further round
  int tries = 3;
  Millis resolution_delay{250};   // what A and AAAA wait for each other, once one has addresses
  std::size_t max_addresses = 8;  // of one name, both families together
  std::size_t cache_entries = 1'024;
  Millis longest_cached{60'000};  // a record's TTL is kept up to this; 0 turns the cache off
};

// c-ares in the calling thread: localhost is loopback (RFC 6761), then /etc/hosts, then A and AAAA
// side by side, without search domains. Answers are kept for their TTL; failures and entries of
// /etc/hosts are not. resolv.conf is read again every minute. Throws std::runtime_error when c-ares
// cannot start.
std::shared_ptr<Resolver> make_cares_resolver(const ResolverConfig& config = {});

}  // namespace webhooks::worker
