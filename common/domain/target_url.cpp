#include "common/domain/target_url.h"

#include <algorithm>
#include <charconv>
#include <idn2.h>
#include <memory>
#include <uriparser/Uri.h>

#include "common/base/encoding.h"

namespace webhooks {
namespace {

constexpr std::size_t kMaxName = 253;  // RFC 1035 section 2.3.4, without the root's dot
constexpr std::size_t kMaxLabel = 63;
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdef";

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

UrlError error(std::string_view code, std::string_view message) {
  return {std::string(code), std::string(message)};
}

UrlError bad_host(std::string_view message) { return error("host_invalid", message); }

// The text cut where RFC 3986 section 3 cuts it; nothing is checked yet.
struct Pieces {
  std::string scheme;
  std::string_view userinfo_and_host;
  std::string_view host;
  std::optional<std::string_view> port;
  std::string_view target;
};

std::variant<Pieces, UrlError> cut(std::string_view text) {
  Pieces out;
  const std::size_t colon = text.find(':');
  const std::size_t not_scheme = text.find_first_of("/?#[@");
  if (colon == std::string_view::npos || not_scheme < colon)
    return error("malformed", "not an absolute URL: it must begin with https://");
  out.scheme = lower(text.substr(0, colon));
  text.remove_prefix(colon + 1);
  if (!text.starts_with("//")) {
    if (out.scheme == "https" || out.scheme == "http")
      return error("malformed", "the scheme must be followed by //");
    return error("scheme_not_allowed", "only https URLs are accepted");
  }
  text.remove_prefix(2);
  const std::size_t end = std::min(text.find_first_of("/?#"), text.size());
  out.userinfo_and_host = text.substr(0, end);
  out.target = text.substr(end);

  out.host = out.userinfo_and_host;
  const std::size_t bracket = out.host.rfind(']');
  const std::size_t port = out.host.rfind(':');
  if (port != std::string_view::npos && (bracket == std::string_view::npos || bracket < port)) {
    out.port = out.host.substr(port + 1);
    out.host = out.host.substr(0, port);
  }
  return out;
}

// nullopt: not a port.
std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t out = 0;
  if (text.empty() || text[0] == '0') return std::nullopt;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

// To A-labels by IDNA2008 with UTS #46 mapping, nontransitional. nullopt: not a valid name.
std::optional<std::string> to_ascii(const std::string& name) {
  // Plain names skip IDNA: it refuses labels such as "r3---sn" that are in use.
  if (is_ascii(name) && lower(name).find("xn--") == std::string::npos) return lower(name);
  char* raw = nullptr;
  const int code = idn2_to_ascii_8z(name.c_str(), &raw, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, void (*)(void*)> owned(raw, idn2_free);
  if (code != IDN2_OK || raw == nullptr) return std::nullopt;
  return lower(raw);
}

bool label_is_valid(std::string_view label) {
  // Underscores are let through: they are in use in front of wildcard certificates and in container
  // networks.
  return !label.empty() && label.size() <= kMaxLabel && label.front() != '-' &&
         label.back() != '-' &&
         label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos;
}

bool name_is_valid(std::string_view name) {
  if (name.empty() || name.size() > kMaxName) return false;
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t dot = std::min(name.find('.', start), name.size());
    if (!label_is_valid(name.substr(start, dot - start))) return false;
    start = dot + 1;
  }
  return true;
}

// Some resolvers (inet_aton, browsers) read a host as IPv4 whenever its last label is a number, in
// decimal, octal or hexadecimal, with one to four parts (WHATWG URL, "ends in a number").
bool ends_in_a_number(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? name : name.substr(dot + 1);
  if (last.empty()) return false;
  if (last.find_first_not_of(kDigits) == std::string_view::npos) return true;
  return last.starts_with("0x") &&
         last.substr(2).find_first_not_of(kHexDigits) == std::string_view::npos;
}

struct Host {
  std::string text;
  std::optional<IpAddress> literal;
};

std::variant<Host, UrlError> check_host(std::string_view raw) {
  if (raw.front() == '[') {
    const auto address = raw.back() == ']' ? parse_ip(raw.substr(1, raw.size() - 2)) : std::nullopt;
    if (!address || !address->v6)
      return bad_host("brackets must hold an IPv6 address, without a zone");
    return Host{format_ip(*address), address};
  }
  if (raw.find_first_of(":[]%") != std::string_view::npos)
    return bad_host("the host must be a name or an address, without percent-encoding");
  if (!is_utf8(raw)) return bad_host("the host is not UTF-8");

  auto name = to_ascii(std::string(raw));
  if (!name) return bad_host("the host is not a valid internationalised name");
  // The root's dot says the same name twice; one form is stored.
  const bool rooted = name->ends_with('.');
  if (rooted) name->pop_back();
  if (ends_in_a_number(*name)) {
    const auto address = rooted ? std::nullopt : parse_ip(*name);
    if (!address) return bad_host("write an IPv4 address as four decimal numbers");
    return Host{format_ip(*address), address};
  }
  if (!name_is_valid(*name)) return bad_host("the host is not a valid name");
  return Host{std::move(*name), std::nullopt};
}

// Checks every character by RFC 3986, removes dot segments and settles percent-encoding
// (section 6.2.2). nullopt: malformed.
std::optional<std::string> normalise_target(std::string_view raw) {
  // With an authority in front the path keeps its leading slashes.
  std::string url = "http://h";
  if (!raw.starts_with('/')) url += '/';
  url += raw;
  UriUriA parsed;
  const char* where = nullptr;
  if (uriParseSingleUriExA(&parsed, url.data(), url.data() + url.size(), &where) != URI_SUCCESS)
    return std::nullopt;
  const std::unique_ptr<UriUriA, void (*)(UriUriA*)> owned(&parsed, uriFreeUriMembersA);
  int length = 0;
  if (uriNormalizeSyntaxExA(&parsed, URI_NORMALIZE_PATH | URI_NORMALIZE_QUERY) != URI_SUCCESS ||
      uriToStringCharsRequiredA(&parsed, &length) != URI_SUCCESS)
    return std::nullopt;
  std::string out(static_cast<std::size_t>(length) + 1, '\0');
  int written = 0;
  if (uriToStringA(out.data(), &parsed, length + 1, &written) != URI_SUCCESS) return std::nullopt;
  out.resize(static_cast<std::size_t>(written) - 1);
  return out.substr(std::string_view("http://h").size());
}

UrlError too_long(const UrlRules& rules) {
  return error("too_long", "the URL is longer than " + std::to_string(rules.max_length) + " bytes");
}

}  // namespace

std::string TargetUrl::authority() const {
  std::string out = literal && literal->v6 ? "[" + host + "]" : host;
  if (port != (tls ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

std::variant<TargetUrl, UrlError> parse_target_url(std::string_view text, const UrlRules& rules) {
  if (text.size() > rules.max_length) return too_long(rules);
  if (std::any_of(text.begin(), text.end(),
                  [](unsigned char c) { return c <= 0x20 || c == 0x7f || c == '\\'; }))
    return error("malformed", "the URL has a space, a control character or a backslash");

  const auto cut_text = cut(text);
  if (const auto* failed = std::get_if<UrlError>(&cut_text)) return *failed;
  const auto& pieces = std::get<Pieces>(cut_text);

  TargetUrl out;
  out.tls = pieces.scheme == "https";
  if (!out.tls && !(rules.allow_http && pieces.scheme == "http"))
    return error("scheme_not_allowed", "only https URLs are accepted");
  if (pieces.userinfo_and_host.find('@') != std::string_view::npos)
    return error("userinfo_not_allowed", "the URL must not hold a user name or password");
  if (pieces.target.find('#') != std::string_view::npos)
    return error("fragment_not_allowed", "the URL must not have a fragment");
  if (pieces.host.empty()) return error("host_missing", "the URL has no host");

  auto host = check_host(pieces.host);
  if (const auto* failed = std::get_if<UrlError>(&host)) return *failed;
  out.host = std::get<Host>(host).text;
  out.literal = std::get<Host>(host).literal;

  out.port = out.tls ? 443 : 80;
  if (pieces.port &&
      !pieces.port->empty()) {  // an empty port is the default one, RFC 3986 section 3.2.3
    const auto port = parse_port(*pieces.port);
    if (!port) return error("port_invalid", "the port must be a number from 1 to 65535");
    out.port = *port;
  }

  auto target = normalise_target(pieces.target);
  if (!target)
    return error("malformed", "the path or query has a character that must be percent-encoded");
  out.target = std::move(*target);
  out.text = (out.tls ? "https://" : "http://") + out.authority() + out.target;
  if (out.text.size() > rules.max_length) return too_long(rules);
  return out;
}

}  // namespace webhooks
