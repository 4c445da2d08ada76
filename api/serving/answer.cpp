#include "api/serving/answer.h"

#include <algorithm>

#include "api/wire/problem.h"
#include "api/wire/security_headers.h"
#include "common/base/log.h"
#include "common/domain/trace.h"

namespace webhooks::api {
namespace {

bool has(const http::Reply& reply, std::string_view name) {
  return std::any_of(reply.headers.begin(), reply.headers.end(),
                     [&](const auto& header) { return header.first == name; });
}

bool is_problem(const http::Reply& reply) {
  return std::any_of(reply.headers.begin(), reply.headers.end(), [](const auto& header) {
    return header.first == "Content-Type" && header.second == "application/problem+json";
  });
}

}  // namespace

Answer::Answer(http::Responder responder, const http::Request& request, const Cors& cors,
               Metrics& metrics)
    : responder_(std::move(responder)),
      cors_(cors),
      metrics_(metrics),
      method_(request.method),
      id_(request.id),
      origin_(request.header("Origin").value_or("")) {
  const auto trace = parse_traceparent(request.header("traceparent").value_or(""));
  if (trace) trace_id_ = trace->trace_id;
}

void Answer::deliver(http::Reply reply) {
  // A Responder that died unsent says 500 and no more.
  if (reply.status == 500 && reply.headers.empty()) reply = internal_error();
  if (is_problem(reply) && reply.body.ends_with('}'))
    reply.body.replace(reply.body.size() - 1, 1,
                       ",\"request_id\":\"" + id_ + "\"}");  // id: [A-Za-z0-9._-]
  for (auto& header : headers_) reply.headers.push_back(std::move(header));
  for (auto& header : cors_.fields(origin_)) reply.headers.push_back(std::move(header));
  if (!has(reply, "Cache-Control"))
    reply.headers.emplace_back("Cache-Control", "private, no-cache");
  add_security_headers(reply.headers);

  const auto took = std::chrono::steady_clock::now() - begun_;
  metrics_.answered(method_, route_, reply.status, took);
  log::info("api.request",
            {{"method", method_},
             {"route", route_},
             {"status", reply.status},
             {"took_ms", std::chrono::duration_cast<std::chrono::milliseconds>(took).count()},
             {"request_id", id_},
             {"trace_id", trace_id_},
             {"key", caller_}});
  std::move(responder_).send(std::move(reply));
}

}  // namespace webhooks::api
