#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/hostile_endpoint.h"
#include "worker/outbound/outbound.h"

namespace webhooks::worker::test {

using namespace std::chrono_literals;
using webhooks::test::HostileEndpoint;
using webhooks::test::Peer;

// Long enough never to be met on a slow machine under a sanitizer; tests that wait for a deadline
// take a short one.
inline constexpr Millis kAmple = 30s;
inline constexpr Millis kShort = 150ms;

// Answers what its function says; every name is 127.0.0.1 by default.
class FakeResolver final : public Resolver {
 public:
  using Function = std::function<Result(const std::string&, const Deadline&)>;
  FakeResolver()
      : function_([](const std::string&, const Deadline&) { return addresses({"127.0.0.1"}); }) {}
  explicit FakeResolver(Function function) : function_(std::move(function)) {}

  Result resolve(const std::string& host, const Deadline& deadline) override {
    return function_(host, deadline);
  }

  static Result addresses(std::initializer_list<const char*> texts) {
    std::vector<IpAddress> out;
    for (const char* text : texts) out.push_back(parse_ip(text).value());
    return out;
  }

 private:
  Function function_;
};

inline std::vector<const char*> loopback() { return {"127.0.0.0/8", "::1/128"}; }

struct Setup {
  std::shared_ptr<Resolver> resolver = std::make_shared<FakeResolver>();
  std::vector<const char*> allowed = loopback();
  OutboundLimits limits{};
};

// Makes the shared half of the senders, trusting the tests' authority.
inline std::shared_ptr<Outbound> make_outbound(Setup setup = {}) {
  std::vector<Cidr> allowed;
  for (const char* text : setup.allowed) allowed.push_back(parse_cidr(text).value());
  auto tls = std::make_shared<TlsContext>(TlsConfig{.ca_file = webhooks::test::authority().file()});
  return std::make_shared<Outbound>(setup.resolver, tls, EgressPolicy(allowed), setup.limits);
}

inline TargetUrl target(const std::string& text) {
  return std::get<TargetUrl>(parse_target_url(text, {.allow_http = true}));
}

inline TargetUrl target(const HostileEndpoint& endpoint, bool tls) {
  return target((tls ? "https" : "http") + std::string("://receiver.test:") +
                std::to_string(endpoint.port()) + "/hook?x=1");
}

inline SendRequest request_to(TargetUrl url, Millis timeout = kAmple,
                              std::string_view body = R"({"id":"evt_1"})") {
  return {.url = std::move(url),
          .connection_key = "partner",
          .headers = {{"Content-Type", "application/json"}, {"webhook-id", "evt_1"}},
          .body = body,
          .timeout = timeout};
}

// The error's name, or "none".
inline std::string error_of(const Outcome& outcome) {
  return outcome.error ? std::string(to_string(*outcome.error)) : "none";
}

// Attempts with a deadline that is to be met at a certain point. A slow machine can meet a short
// one before that point, as while it connects: an attempt that a deadline ended, yet not as
// `is_expected` says, is made again with three times as long, `longest` at most. Returns the last.
inline Outcome meet_deadline(const std::function<Outcome(Millis)>& attempt,
                             const std::function<bool(const Outcome&)>& is_expected,
                             Millis timeout = kShort, Millis longest = 5s) {
  constexpr int kMostAttempts = 10;
  for (int attempts = 1;; ++attempts) {
    Outcome outcome = attempt(timeout);
    const bool by_deadline =
        outcome.error == SendError::timeout || outcome.error == SendError::connect_timeout;
    if (!by_deadline || is_expected(outcome) || attempts == kMostAttempts) return outcome;
    timeout = std::min(3 * timeout, longest);
  }
}

inline webhooks::test::EndpointOptions options(bool tls) {
  webhooks::test::EndpointOptions out;
  if (tls) out.tls.emplace();
  return out;
}

}  // namespace webhooks::worker::test
