#include "api/serving/readiness.h"

#include "api/access/auth.h"
#include "common/base/log.h"

namespace webhooks::api {

std::optional<std::string> Readiness::why_not() {
  if (stopping_) return "stopping";
  try {
    sessions_.with([&](store::Session& session) {
      session.keys().find_valid(hash_of_key("readyz"), clock_.now());
    });
    return std::nullopt;
  } catch (const store::StoreError& error) {
    log::warn("api.not_ready", {{"error", error.what()}});
    return std::string("the database is not available: ") + error.what();
  }
}

}  // namespace webhooks::api
