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
std::string format_ip(const IpAddress& address);

struct Cidr {
  IpAddress network;
  unsigned prefix = 0;
};

// "127.0.0.0/8" or "fd00::/8"; nullopt when malformed or when bits beyond the prefix are set.
std::optional<Cidr> parse_cidr(std::string_view text);
bool contains(const Cidr& cidr, const IpAddress& address);

// Where a worker may connect to. Pure: decided on the very address that is then connected to.
class EgressPolicy {
 public:
  // `allowed`: addresses that may be reached although they are not globally routable (development only).
  explicit EgressPolicy(std::vector<Cidr> allowed = {});

  // Globally routable per the IANA special-purpose registries (RFC 6890), after unwrapping IPv4-mapped, NAT64,
  // 6to4 and Teredo addresses; or in the allow-list.
  bool permits(const IpAddress& address) const;

 private:
  std::vector<Cidr> allowed_;
};

}  // namespace webhooks
