#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/wire/route.h"

namespace webhooks::api {

struct Matched {
  const Route* route = nullptr;
  std::vector<std::string> ids;
};
struct NoSuchPath {};
struct NoSuchMethod {
  std::string allow;  // the header's value (RFC 9110 §10.2.1)
};
// OPTIONS of a known path.
struct OptionsAsked {
  std::string allow;
  std::string_view pattern;
};

// Finds the route of a request by the path's segments. Immutable, so thread-safe.
class Router {
 public:
  // In order of precedence: "/webhooks/export" stands before "/webhooks/{id}".
  explicit Router(std::vector<Route> routes);

  // HEAD is answered by GET's route.
  std::variant<Matched, NoSuchPath, NoSuchMethod, OptionsAsked> match(
      std::string_view method, const std::vector<std::string>& segments) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Pattern {
    std::vector<std::string_view> parts;  // an empty one stands for an id
    const Route* route;
  };
  std::vector<Route> routes_;
  std::vector<Pattern> patterns_;
};

}  // namespace webhooks::api
