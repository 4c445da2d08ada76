#include "api/handlers/meta.h"

#include <string>

#include "api_files.h"
#include "common/base/assert.h"

namespace webhooks::api {
namespace {

std::string file(std::string_view name) {
  for (const EmbeddedFile& embedded : kApiFiles)
    if (embedded.name == name) return std::string(embedded.content);
  WEBHOOKS_ASSERT(false);
  return "";
}

}  // namespace

http::Reply read_openapi(const Call&) {
  return {200,
          {{"Content-Type", "application/yaml"}, {"Cache-Control", "no-cache"}},
          file("openapi.yaml"),
          {},
          {}};
}

}  // namespace webhooks::api
