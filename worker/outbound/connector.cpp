#include "worker/outbound/connector.h"

#include <algorithm>

namespace webhooks::worker {
namespace {

// A resolver that hangs leaves time to say so, and an answer that comes late leaves time to
// connect.
constexpr int kResolveShare = 2;  // half of the attempt

// For an address that has others behind it: one lost SYN, sent again after 1 s, is forgiven. Racing
// the addresses as RFC 8305 does would connect twice to many endpoints for the sake of few.
constexpr Millis kLongestTry{2'000};

}  // namespace

Resolver::Result Connector::addresses_of(const TargetUrl& url, const Deadline& deadline) const {
  if (url.literal) return std::vector<IpAddress>{*url.literal};
  return resolver_->resolve(url.host, deadline.sooner(deadline.left() / kResolveShare));
}

std::variant<std::unique_ptr<Connection>, Failure> Connector::open(const TargetUrl& url,
                                                                   const std::string& key,
                                                                   std::size_t handshake_bytes,
                                                                   const Deadline& deadline) const {
  auto resolved = addresses_of(url, deadline);
  if (auto* failure = std::get_if<Failure>(&resolved)) return std::move(*failure);
  auto& addresses = std::get<std::vector<IpAddress>>(resolved);
  const std::string first = addresses.empty() ? "no address" : format_ip(addresses.front());
  std::erase_if(addresses, [&](const IpAddress& address) { return !policy_.permits(address); });
  if (addresses.empty())
    return Failure{SendError::blocked_address, first + " is not globally routable"};

  std::optional<Failure> failure;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto left = static_cast<Millis::rep>(addresses.size() - i);
    const Millis share =
        left == 1 ? deadline.left() : std::min(deadline.left() / left, kLongestTry);
    auto socket = connect_tcp(addresses[i], url.port, deadline.sooner(share));
    if (auto* failed = std::get_if<Failure>(&socket)) {
      failure = std::move(*failed);
      if (failure->error == SendError::internal) break;
      continue;
    }
    auto connection =
        std::make_unique<Connection>(std::move(std::get<WireSocket>(socket)), key, addresses[i]);
    connection->set_budget(handshake_bytes);
    if (url.tls)
      if (auto failed = connection->start_tls(tls_, url.host, deadline)) return std::move(*failed);
    return connection;
  }
  return std::move(*failure);
}

}  // namespace webhooks::worker
