#include "common/ops/ops_handler.h"

namespace webhooks::ops {
namespace {

http::Reply plain(int status, std::string body, std::string type = "text/plain; charset=utf-8") {
  http::Reply reply;
  reply.status = status;
  reply.headers = {{"Content-Type", std::move(type)}, {"Cache-Control", "no-store"}};
  reply.body = std::move(body);
  return reply;
}

http::Reply answer(const http::Request& request, const Probes& probes) {
  if (request.method != "GET" && request.method != "HEAD")
    return plain(405, "only GET\n").with("Allow", "GET, HEAD");
  if (request.path == "/healthz") return plain(200, "ok\n");
  if (request.path == "/readyz") {
    const auto why = probes.not_ready();
    return why ? plain(503, *why + "\n") : plain(200, "ready\n");
  }
  if (request.path == "/metrics")
    return plain(200, probes.metrics(), "text/plain; version=0.0.4; charset=utf-8");
  return plain(404, "this port serves /healthz, /readyz and /metrics\n");
}

}  // namespace

http::Handler make_ops_handler(Probes probes) {
  return [probes = std::move(probes)](http::Request request, http::Responder responder) {
    std::move(responder).send(answer(request, probes));
  };
}

}  // namespace webhooks::ops
