#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace webhooks {

// An IPv4 or IPv6 address, in network order; IPv4 uses the first four bytes.
struct IpAddress {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};
  auto operator<=>(const IpAddress&) const = default;
};

// Strict dotted quad or RFC 4291 text, without brackets or zone; nullopt for anything else.
std::optional<IpAddress> parse_ip(std::string_view text);

// The one canonical text: RFC 5952 for IPv6.
std::string format_ip(const IpAddress& address);

struct Cidr {
  IpAddress network;
  unsigned prefix = 0;
};

// "127.0.0.0/8" or "fd00::/8"; nullopt when malformed or when bits beyond the prefix are set.
std::optional<Cidr> parse_cidr(std::string_view text);
bool contains(const Cidr& cidr, const IpAddress& address);

// Where a worker may connect to. Pure: decided on the very address that is then connected to.
// Thread-safe.
class EgressPolicy {
 public:
  // `allowed`: addresses that may be reached although they are not globally routable (development,
  // or an IPv6-only network that reaches IPv4 through its own NAT64 prefix).
  explicit EgressPolicy(std::vector<Cidr> allowed = {});

  // Globally routable per the IANA special-purpose registries (RFC 6890), or in the allow-list.
  // IPv4-mapped and -compatible, NAT64, 6to4 and Teredo addresses are not routable themselves; when
  // one is in the allow-list, the IPv4 address inside it must be permitted too, so an allowed
  // prefix is no way round to 127.0.0.1.
  bool permits(const IpAddress& address) const;

 private:
  std::vector<Cidr> allowed_;
};

}  // namespace webhooks
