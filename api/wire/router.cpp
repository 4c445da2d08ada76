#include "api/wire/router.h"

#include <optional>

namespace webhooks::api {
namespace {

std::vector<std::string_view> split(std::string_view pattern) {
  std::vector<std::string_view> parts;
  while (pattern.size() > 1) {
    pattern.remove_prefix(1);
    const auto end = std::min(pattern.find('/'), pattern.size());
    const std::string_view part = pattern.substr(0, end);
    parts.push_back(part.starts_with('{') ? std::string_view() : part);
    pattern.remove_prefix(end);
  }
  return parts;
}

// The ids of a path that has this pattern; an id is never empty.
std::optional<std::vector<std::string>> fit(const std::vector<std::string_view>& parts,
                                            const std::vector<std::string>& segments) {
  if (parts.size() != segments.size()) return std::nullopt;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!parts[i].empty() ? parts[i] != segments[i] : segments[i].empty()) return std::nullopt;
    if (parts[i].empty()) ids.push_back(segments[i]);
  }
  return ids;
}

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const Route& route : routes_) patterns_.push_back({split(route.pattern), &route});
}

std::variant<Matched, NoSuchPath, NoSuchMethod, OptionsAsked> Router::match(
    std::string_view method, const std::vector<std::string>& segments) const {
  static const std::vector<std::string> kRoot;
  const auto& path = segments.size() == 1 && segments.front().empty() ? kRoot : segments;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  std::string_view
      pattern;  // the first that fits: methods of another one are none of this resource
  std::string allow;
  for (const Pattern& candidate : patterns_) {
    const Route& route = *candidate.route;
    if (!pattern.empty() && route.pattern != pattern) continue;
    auto ids = fit(candidate.parts, path);
    if (!ids) continue;
    if (route.method == wanted) return Matched{&route, std::move(*ids)};
    pattern = route.pattern;
    allow += std::string(route.method) + ", ";
    if (route.method == "GET") allow += "HEAD, ";
  }
  if (pattern.empty()) return NoSuchPath{};
  allow += "OPTIONS";
  if (method == "OPTIONS") return OptionsAsked{std::move(allow), pattern};
  return NoSuchMethod{std::move(allow)};
}

}  // namespace webhooks::api
