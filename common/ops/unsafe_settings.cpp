#include "common/ops/unsafe_settings.h"

#include "common/base/log.h"

namespace webhooks::ops {
namespace {

bool covers(const Cidr& cidr, const char* address) {
  return contains(cidr, parse_ip(address).value());
}

// Beyond these a range is more than one organisation's network.
constexpr unsigned kWideV4 = 8, kWideV6 = 16;

std::string why_unsafe(const Cidr& cidr) {
  if (cidr.prefix == 0) return "every address may be reached: targets are not checked at all";
  if (cidr.prefix < (cidr.network.v6 ? kWideV6 : kWideV4))
    return "a range this wide may hold anybody's internal systems";
  if (covers(cidr, "169.254.169.254") || covers(cidr, "fd00:ec2::254"))
    return "a partner's URL may reach the cloud's metadata service and its credentials";
  if (covers(cidr, "127.0.0.1") || covers(cidr, "::1"))
    return "a partner's URL may reach this machine's own services";
  return "a partner's URL may reach these addresses although they are not globally routable";
}

}  // namespace

std::vector<UnsafeSetting> unsafe_targets(bool allow_http, std::span<const Cidr> allow_cidrs) {
  std::vector<UnsafeSetting> found;
  if (allow_http) found.push_back({"--allow-http", "payloads may travel unencrypted"});
  for (const Cidr& cidr : allow_cidrs)
    found.push_back({"--allow-cidr " + format_ip(cidr.network) + '/' + std::to_string(cidr.prefix),
                     why_unsafe(cidr)});
  return found;
}

void shout(std::string_view event, std::span<const UnsafeSetting> settings) {
  for (const UnsafeSetting& one : settings)
    log::warn(event, {{"setting", one.setting}, {"why", one.why}});
}

}  // namespace webhooks::ops
