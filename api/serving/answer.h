#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "api/serving/metrics.h"
#include "api/wire/cors.h"
#include "common/http/message.h"

namespace webhooks::api {

// Stands between the pipeline and the edge: whatever a request's answer is and whoever gives it, it
// passes here once, gets the headers that all answers have, its line in the log and its place in
// the metrics.
class Answer final : public http::Responder::Target {
 public:
  Answer(http::Responder responder, const http::Request& request, const Cors& cors,
         Metrics& metrics);

  // For the log and the metrics; call before the answer can come.
  void routed(std::string_view pattern) { route_ = pattern; }
  // Who asks, if that is known, and the headers of whatever the answer will be.
  void admitted(std::string name, http::Fields headers) {
    if (!name.empty()) caller_ = std::move(name);
    headers_ = std::move(headers);
  }

  void deliver(http::Reply reply) override;

 private:
  http::Responder responder_;
  const Cors& cors_;
  Metrics& metrics_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  std::string method_;
  std::string id_;
  std::string origin_;
  std::string trace_id_;  // of the client's trace, if it sent one
  std::string_view route_ = "(none)";
  std::string caller_ = "-";
  http::Fields headers_;
};

}  // namespace webhooks::api
