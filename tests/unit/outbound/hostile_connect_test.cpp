#include <catch2/catch.hpp>

#include "tests/unit/outbound/harness.h"

using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;
using webhooks::test::Blackhole;
using webhooks::test::RefusedPort;

namespace {

void answer_once(Peer& peer) {
  if (!peer.read_request()) return;
  peer.write("HTTP/1.1 204 No Content\r\n\r\n");
  peer.wait_until_gone();
}

std::shared_ptr<FakeResolver> resolving_to(std::initializer_list<const char*> texts) {
  return std::make_shared<FakeResolver>(
      [result = FakeResolver::addresses(texts)](const std::string&, const Deadline&) {
        return result;
      });
}

Outcome send_to(const std::string& url, Setup setup = {}, Millis timeout = kAmple) {
  return make_httplib_sender(make_outbound(std::move(setup)))
      ->send(request_to(target(url), timeout));
}

std::string url_of(std::uint16_t port) {
  return "http://receiver.test:" + std::to_string(port) + "/";
}

}  // namespace

TEST_CASE("a port where nobody listens is connect_refused") {
  const RefusedPort refused;
  const Outcome outcome = send_to(url_of(refused.port()));
  CHECK(error_of(outcome) == "connect_refused");
  CHECK_FALSE(outcome.status_code.has_value());
  CHECK(outcome.detail.value().find("127.0.0.1") != std::string::npos);
}

TEST_CASE("a host that never answers to connect is connect_timeout") {
  const Blackhole blackhole;
  CHECK(error_of(send_to(url_of(blackhole.port()), {}, kShort)) == "connect_timeout");
}

TEST_CASE("what the resolver says is told apart") {
  const auto failing = [](SendError error) {
    return std::make_shared<FakeResolver>(
        [=](const std::string&, const Deadline&) -> Resolver::Result {
          return Failure{error, "resolver"};
        });
  };
  CHECK(error_of(send_to("http://receiver.test/", {.resolver = failing(SendError::dns_failure)})) ==
        "dns_failure");
  CHECK(error_of(send_to("http://receiver.test/", {.resolver = failing(SendError::dns_timeout)})) ==
        "dns_timeout");
}

TEST_CASE("the resolver gets half of the attempt's time") {
  Millis given{};
  const auto resolver = std::make_shared<FakeResolver>(
      [&](const std::string&, const Deadline& deadline) -> Resolver::Result {
        given = deadline.left();
        return Failure{SendError::dns_timeout, ""};
      });
  send_to("http://receiver.test/", {.resolver = resolver}, 10s);
  CHECK(given <= 5s);
  CHECK(given > 1s);
}

TEST_CASE("no address that is not globally routable is connected to") {
  HostileEndpoint endpoint(answer_once);
  const std::string port = std::to_string(endpoint.port());
  for (const char* host : {"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254",
                           "10.0.0.1", "0.0.0.0", "[64:ff9b::7f00:1]", "[fd00:ec2::254]"}) {
    INFO(host);
    const Outcome outcome =
        send_to("http://" + std::string(host) + ":" + port + "/", {.allowed = {}});
    CHECK(error_of(outcome) == "blocked_address");
  }
  const Outcome by_name = send_to(url_of(endpoint.port()),
                                  {.resolver = resolving_to({"127.0.0.1", "::1"}), .allowed = {}});
  CHECK(error_of(by_name) == "blocked_address");
  CHECK(endpoint.connections() == 0);
}

TEST_CASE("of a name's addresses only the permitted ones are tried") {
  HostileEndpoint endpoint(answer_once);
  Setup setup{.resolver = resolving_to({"::1", "10.0.0.1", "127.0.0.1"}),
              .allowed = {"127.0.0.0/8"}};
  CHECK(send_to(url_of(endpoint.port()), setup).status_code == 204);
}

TEST_CASE("a name that turns private between two attempts is refused at the second") {
  HostileEndpoint endpoint([](Peer& peer) {
    if (!peer.read_request()) return;
    peer.write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    peer.wait_until_gone();
  });
  int asked = 0;
  const auto resolver = std::make_shared<FakeResolver>([&](const std::string&, const Deadline&) {
    return FakeResolver::addresses({++asked == 1 ? "127.0.0.1" : "10.0.0.1"});
  });
  const auto outbound = make_outbound({.resolver = resolver, .allowed = {"127.0.0.0/8"}});
  const auto sender = make_httplib_sender(outbound);
  CHECK(sender->send(request_to(target(endpoint, false))).status_code == 204);
  CHECK(error_of(sender->send(request_to(target(endpoint, false)))) == "blocked_address");
}

TEST_CASE("the address that was checked is the one connected to, whatever the name says since") {
  HostileEndpoint endpoint(answer_once);
  int asked = 0;
  const auto resolver = std::make_shared<FakeResolver>([&](const std::string&, const Deadline&) {
    return FakeResolver::addresses({++asked == 1 ? "127.0.0.1" : "10.0.0.1"});
  });
  CHECK(send_to(url_of(endpoint.port()), {.resolver = resolver}).status_code == 204);
  CHECK(asked == 1);
}

TEST_CASE("an endpoint of IPv6 alone is reached, by name and by address") {
  HostileEndpoint endpoint(answer_once, {.tls = std::nullopt, .v6 = true});
  CHECK(send_to(url_of(endpoint.port()), {.resolver = resolving_to({"::1"})}).status_code == 204);
  CHECK(send_to("http://[::1]:" + std::to_string(endpoint.port()) + "/").status_code == 204);
  CHECK(endpoint.requests().at(1).find("Host: [::1]:" + std::to_string(endpoint.port()) + "\r\n") !=
        std::string::npos);
}

TEST_CASE("a dual-stack endpoint with a refusing first address is reached by its second") {
  HostileEndpoint endpoint(answer_once);
  CHECK(send_to(url_of(endpoint.port()), {.resolver = resolving_to({"::1", "127.0.0.1"})})
            .status_code == 204);
}

TEST_CASE("a first address that never answers costs its share of the deadline, not all of it") {
  // 127.0.0.2 on the same port: the blackhole's listener is bound to 127.0.0.1 alone.
  const Blackhole blackhole;
  const Setup setup{.resolver = resolving_to({"127.0.0.1", "127.0.0.2"})};
  // 2 s is also what a first address gets at most, so that with longer it would prove nothing.
  const Outcome outcome = meet_deadline(
      [&](Millis timeout) { return send_to(url_of(blackhole.port()), setup, timeout); },
      [](const Outcome& one) { return one.error == SendError::connect_refused; }, 400ms, 2s);
  CHECK(error_of(outcome) == "connect_refused");  // the second was tried, and said no
  CHECK(outcome.detail.value().find("127.0.0.2") != std::string::npos);
}

TEST_CASE("one deadline holds for all addresses together") {
  const Blackhole blackhole;
  const Setup setup{.resolver = resolving_to({"127.0.0.1", "127.0.0.1", "127.0.0.1"})};
  const Outcome outcome = send_to(url_of(blackhole.port()), setup, 300ms);
  CHECK(error_of(outcome) == "connect_timeout");
  CHECK(outcome.duration >= 300ms);
}

TEST_CASE("a URL that cannot be used is invalid_url and sends nothing") {
  const auto sender = make_httplib_sender(make_outbound());
  for (const char* bad : {"", "x", "/a b", "/a\r\nX: y", "/\x01"}) {
    SendRequest request = request_to(target("http://127.0.0.1:1/"));
    request.url.target = bad;
    CHECK(error_of(sender->send(request)) == "invalid_url");
  }
  SendRequest request = request_to(target("http://127.0.0.1:1/"));
  request.url.port = 0;
  CHECK(error_of(sender->send(request)) == "invalid_url");
}

TEST_CASE("running out of descriptors is our own fault") {
  const auto outbound = make_outbound();
  const auto sender = make_httplib_sender(outbound);
  std::vector<UniqueFd> all;
  for (;;) {
    UniqueFd fd(::dup(0));
    if (!fd) break;
    all.push_back(std::move(fd));
  }
  const Outcome outcome = sender->send(request_to(target("http://127.0.0.1:1/")));
  all.clear();
  CHECK(error_of(outcome) == "internal");
}
