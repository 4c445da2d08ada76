#include "api/routes.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "tests/unit/api/service.h"

using namespace webhooks;

namespace {

// "GET /webhooks" for each operation of the document. Its style is fixed: paths are indented by
// two, methods by four.
std::set<std::string> documented() {
  std::set<std::string> operations;
  std::ifstream file(OPENAPI_FILE);
  std::string path;
  bool in_paths = false;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != ' ') in_paths = line == "paths:";
    if (!in_paths) continue;
    if (line.starts_with("  /")) path = line.substr(2, line.size() - 3);
    for (const char* method : {"get", "put", "post", "patch", "delete"})
      if (line == "    " + std::string(method) + ":") {
        std::string upper(method);
        for (char& c : upper) c = static_cast<char>(c - 'a' + 'A');
        operations.insert(upper + ' ' + path);
      }
  }
  return operations;
}

}  // namespace

TEST_CASE("the routes are those of openapi.yaml, both ways") {
  const api::test::Service service;
  std::set<std::string> served;
  for (const api::Route& route : service.router.routes())
    served.insert(std::string(route.method) + ' ' + std::string(route.pattern));
  CHECK(served.size() == service.router.routes().size());
  CHECK(served == documented());
}
