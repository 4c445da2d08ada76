#include "common/domain/ip_address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <utility>

namespace webhooks {
namespace {

unsigned width(const IpAddress& address) { return address.v6 ? 128 : 32; }

bool bit(const IpAddress& address, unsigned index) {
  return (address.bytes[index / 8] >> (7 - index % 8) & 1) != 0;
}

std::vector<Cidr> table(std::initializer_list<const char*> texts) {
  std::vector<Cidr> out;
  out.reserve(texts.size());
  for (const char* text : texts) out.push_back(parse_cidr(text).value());
  return out;
}

bool in_any(const std::vector<Cidr>& cidrs, const IpAddress& address) {
  return std::any_of(cidrs.begin(), cidrs.end(),
                     [&](const Cidr& cidr) { return contains(cidr, address); });
}

IpAddress v4_at(const IpAddress& address, std::size_t offset, std::uint8_t flip = 0) {
  IpAddress out;
  for (std::size_t i = 0; i < 4; ++i)
    out.bytes[i] = static_cast<std::uint8_t>(address.bytes[offset + i] ^ flip);
  return out;
}

// Where a translating prefix keeps the IPv4 address that the packet ends up at.
struct Embedding {
  Cidr prefix;
  std::size_t offset;  // in bytes
  std::uint8_t flip;   // Teredo stores it inverted, RFC 4380 section 4
};

const std::vector<Embedding>& embeddings() {
  static const std::vector<Embedding> all{
      {parse_cidr("::ffff:0:0/96").value(), 12, 0},    // mapped, RFC 4291 section 2.5.5.2
      {parse_cidr("::/96").value(), 12, 0},            // compatible, RFC 4291 section 2.5.5.1
      {parse_cidr("::ffff:0:0:0/96").value(), 12, 0},  // translated, RFC 2765
      {parse_cidr("64:ff9b::/96").value(), 12, 0},     // NAT64, RFC 6052
      {parse_cidr("2002::/16").value(), 2, 0},         // 6to4, RFC 3056
      {parse_cidr("2001::/32").value(), 12, 0xff},     // Teredo
  };
  return all;
}

// Not globally reachable in the IANA IPv4 special-purpose registry (RFC 6890), and multicast.
const std::vector<Cidr>& refused_v4() {
  static const std::vector<Cidr> all = table({
      "0.0.0.0/8",      // this network, RFC 791
      "10.0.0.0/8",     // private, RFC 1918
      "100.64.0.0/10",  // carrier-grade NAT, RFC 6598; also a cloud's metadata at 100.100.100.200
      "127.0.0.0/8",    // loopback, RFC 1122
      "168.63.129.16/32",  // globally routed on paper, but a cloud's host agent inside its machines
      "169.254.0.0/16",    // link-local, RFC 3927; metadata at 169.254.169.254
      "172.16.0.0/12",     // private, RFC 1918
      "192.0.0.0/24",      // IETF protocol assignments, RFC 6890; also metadata at 192.0.0.192
      "192.0.2.0/24",      // documentation, RFC 5737
      "192.88.99.0/24",    // 6to4 relay anycast, withdrawn by RFC 7526
      "192.168.0.0/16",    // private, RFC 1918
      "198.18.0.0/15",     // benchmarking, RFC 2544
      "198.51.100.0/24",   // documentation, RFC 5737
      "203.0.113.0/24",    // documentation, RFC 5737
      "224.0.0.0/4",       // multicast, RFC 5771
      "240.0.0.0/4",       // reserved, RFC 1112; limited broadcast, RFC 919
  });
  return all;
}

// Only 2000::/3 is handed out as global unicast (RFC 4291 section 2.4), so everything else is
// refused without being listed: loopback, mapped, NAT64, discard-only, segment routing, ULA,
// link-local, site-local, multicast.
const Cidr& global_v6() {
  static const Cidr range = parse_cidr("2000::/3").value();
  return range;
}

const std::vector<Cidr>& refused_v6() {
  static const std::vector<Cidr> all = table({
      "2001::/23",  // IETF protocol assignments, RFC 2928: Teredo, benchmarking, ORCHID, ORCHIDv2
      "2001:db8::/32",  // documentation, RFC 3849
      "2002::/16",      // 6to4, RFC 3056
      "3fff::/20",      // documentation, RFC 9637
  });
  return all;
}

bool globally_routable(const IpAddress& address) {
  if (!address.v6) return !in_any(refused_v4(), address);
  return contains(global_v6(), address) && !in_any(refused_v6(), address);
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) {
  // inet_pton(3) takes no zone, no brackets and no octal or short forms, but stops at a NUL.
  char buffer[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof buffer || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  buffer[text.copy(buffer, text.size())] = '\0';
  IpAddress out;
  out.v6 = text.find(':') != std::string_view::npos;
  if (inet_pton(out.v6 ? AF_INET6 : AF_INET, buffer, out.bytes.data()) != 1) return std::nullopt;
  return out;
}

std::string format_ip(const IpAddress& address) {
  char buffer[INET6_ADDRSTRLEN] = "";
  inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), buffer, sizeof buffer);
  return buffer;
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto network = parse_ip(text.substr(0, slash));
  const std::string_view digits = text.substr(slash + 1);
  if (!network || digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits[0] == '0'))
    return std::nullopt;
  Cidr out{*network, 0};
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), out.prefix);
  if (error != std::errc{} || end != digits.data() + digits.size() || out.prefix > width(*network))
    return std::nullopt;
  for (unsigned i = out.prefix; i < width(*network); ++i)
    if (bit(*network, i)) return std::nullopt;
  return out;
}

bool contains(const Cidr& cidr, const IpAddress& address) {
  if (cidr.network.v6 != address.v6) return false;
  const unsigned whole = cidr.prefix / 8;
  const unsigned rest = cidr.prefix % 8;
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + whole, cidr.network.bytes.begin()))
    return false;
  return rest == 0 || (address.bytes[whole] ^ cidr.network.bytes[whole]) >> (8 - rest) == 0;
}

EgressPolicy::EgressPolicy(std::vector<Cidr> allowed) : allowed_(std::move(allowed)) {}

bool EgressPolicy::permits(const IpAddress& address) const {
  if (!globally_routable(address) && !in_any(allowed_, address)) return false;
  // :: and ::1 are IPv4-compatible in form only: no host has an address in 0.0.0.0/8.
  static const Cidr embeds_nothing = parse_cidr("::/104").value();
  if (!address.v6 || contains(embeds_nothing, address)) return true;
  return std::all_of(embeddings().begin(), embeddings().end(), [&](const Embedding& embedding) {
    return !contains(embedding.prefix, address) ||
           permits(v4_at(address, embedding.offset, embedding.flip));
  });
}

}  // namespace webhooks
