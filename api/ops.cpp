#include "api/ops.h"

#include "api/auth.h"
#include "api/problem.h"
#include "common/base/log.h"

namespace webhooks::api {
namespace {

http::Reply plain(int status, std::string text) {
  return {status,
          {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
          std::move(text),
          {},
          {}};
}

}  // namespace

void Ops::handle(const http::Request& request, http::Responder responder) {
  std::move(responder).send(answer(request));
}

http::Reply Ops::answer(const http::Request& request) {
  const bool known =
      request.path == "/healthz" || request.path == "/readyz" || request.path == "/metrics";
  if (!known) return not_found("resource");
  if (request.method != "GET" && request.method != "HEAD")
    return reply({405, "method-not-allowed", "Only GET.", {}, {{"Allow", "GET, HEAD"}}, {}});
  if (request.path == "/healthz") return plain(200, "ok\n");
  if (request.path == "/readyz") return ready();
  http::Reply metrics = plain(200, metrics_.text(committer_.waiting()));
  metrics.headers.front().second = "text/plain; version=0.0.4; charset=utf-8";
  return metrics;
}

http::Reply Ops::ready() {
  if (stopping_) return plain(503, "stopping\n");
  try {
    sessions_.borrow()->keys().find_valid(hash_of_key("readyz"), clock_.now());
    return plain(200, "ready\n");
  } catch (const store::StoreError& error) {
    log::warn("api.not_ready", {{"error", error.what()}});
    return plain(503, "the database is not available\n");
  }
}

}  // namespace webhooks::api
