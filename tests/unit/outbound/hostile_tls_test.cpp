#include <catch2/catch.hpp>

#include "tests/unit/outbound/harness.h"

using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;
using webhooks::test::EndpointTls;
using webhooks::test::IdentityWishes;

namespace {

void answer_all(Peer& peer) {
  while (peer.read_request()) peer.write("HTTP/1.1 204 No Content\r\n\r\n");
}

Outcome send_to(HostileEndpoint& endpoint, Millis timeout = kAmple) {
  return make_httplib_sender(make_outbound())->send(request_to(target(endpoint, true), timeout));
}

Outcome send_to(EndpointTls tls, HostileEndpoint::Script script = answer_all,
                Millis timeout = kAmple) {
  HostileEndpoint endpoint(std::move(script), {.tls = std::move(tls)});
  return send_to(endpoint, timeout);
}

EndpointTls raw() { return {.handshake = false}; }

bool is_timeout(const Outcome& outcome) { return outcome.error == SendError::timeout; }

}  // namespace

TEST_CASE("a certificate that does not verify is tls_certificate") {
  struct Case {
    const char* name;
    IdentityWishes identity;
    const char* detail;
  };
  for (const Case& wrong : std::vector<Case>{
           {"expired", {.expired = true}, "expired"},
           {"not yet valid", {.not_yet_valid = true}, "not yet valid"},
           {"self-signed", {.self_signed = true}, "self-signed"},
           {"another host", {.names = "DNS:other.test"}, "hostname mismatch"},
           {"a wildcard in part of a label", {.names = "DNS:rec*.test"}, "hostname mismatch"},
           {"an address and no name", {.names = "IP:127.0.0.1"}, "hostname mismatch"}}) {
    INFO(wrong.name);
    const Outcome outcome = send_to(EndpointTls{.identity = wrong.identity});
    CHECK(error_of(outcome) == "tls_certificate");
    CHECK(outcome.detail.value_or("").find(wrong.detail) != std::string::npos);
  }
}

TEST_CASE("an address is verified as an address") {
  HostileEndpoint right(answer_all, {.tls = EndpointTls{}});
  HostileEndpoint wrong(answer_all,
                        {.tls = EndpointTls{.identity = {.names = "DNS:127.0.0.1,IP:127.0.0.2"}}});
  const auto sender = make_httplib_sender(make_outbound());
  const auto url = [](const HostileEndpoint& endpoint) {
    return target("https://127.0.0.1:" + std::to_string(endpoint.port()) + "/");
  };
  CHECK(sender->send(request_to(url(right))).status_code == 204);
  CHECK(error_of(sender->send(request_to(url(wrong)))) == "tls_certificate");
}

TEST_CASE("TLS older than 1.2 is refused") {
  CHECK(error_of(send_to(EndpointTls{.newest_version = TLS1_VERSION})) == "tls_handshake");
  CHECK(error_of(send_to(EndpointTls{.newest_version = TLS1_1_VERSION})) == "tls_handshake");
  CHECK(send_to(EndpointTls{.newest_version = TLS1_2_VERSION}).status_code == 204);
}

TEST_CASE("an endpoint that demands our certificate is tls_handshake") {
  CHECK(error_of(send_to(EndpointTls{.newest_version = TLS1_2_VERSION,
                                     .demand_certificate = true})) == "tls_handshake");
  CHECK(error_of(send_to(EndpointTls{.demand_certificate = true})) == "tls_handshake");
}

TEST_CASE("a handshake that stalls ends with the deadline") {
  const auto waits = [](Peer& peer) { peer.wait_until_gone(); };
  const Outcome silent =
      meet_deadline([&](Millis timeout) { return send_to(raw(), waits, timeout); }, is_timeout);
  CHECK(error_of(silent) == "timeout");
  CHECK(silent.detail.value().find("handshake") != std::string::npos);
  const auto drip = [](Peer& peer) {
    peer.drip_for_ever(std::string("\x16\x03\x03\x3f\xff", 5), 5ms);
  };
  CHECK(error_of(send_to(raw(), drip, kShort)) != "none");
}

TEST_CASE("what hangs up or talks nonsense in the handshake is tls_handshake") {
  using Script = HostileEndpoint::Script;
  const auto closes = [](Peer& peer) {
    peer.close();
    peer.wait_until_gone();
  };
  const auto resets = [](Peer& peer) { peer.reset(); };
  const auto plain_http = [](Peer& peer) {
    peer.write("HTTP/1.1 400 Bad Request\r\n\r\n");
    peer.wait_until_gone();
  };
  const auto alert = [](Peer& peer) {
    peer.write(std::string("\x15\x03\x03\0\x02\x02\x28", 7));
    peer.wait_until_gone();
  };
  for (const Script& script : {Script(closes), Script(resets), Script(plain_http), Script(alert)})
    CHECK(error_of(send_to(raw(), script)) == "tls_handshake");
}

TEST_CASE("TLS to an endpoint that speaks plain HTTP, and the other way round") {
  HostileEndpoint plain(answer_all);
  const Outcome outcome =
      meet_deadline([&](Millis timeout) { return send_to(plain, timeout); }, is_timeout);
  CHECK(error_of(outcome) == "timeout");  // it waits for the end of a request line
  HostileEndpoint tls(answer_all, {.tls = EndpointTls{}});
  const auto sender = make_httplib_sender(make_outbound());
  const std::string error = error_of(sender->send(request_to(target(tls, false))));
  CHECK((error == "malformed_response" || error == "connection_closed"));
}

TEST_CASE("an answer that TLS cuts without a goodbye") {
  const auto rude = [](std::string text) {
    return [text = std::move(text)](Peer& peer) {
      if (!peer.read_request()) return;
      peer.write(text);
      peer.close_rudely();
      peer.wait_until_gone();
    };
  };
  CHECK(send_to(EndpointTls{}, rude("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")).succeeded());
  // A body that ends with the connection is only shown, and the status came whole.
  CHECK(send_to(EndpointTls{}, rude("HTTP/1.0 200 OK\r\n\r\nok")).succeeded());
  CHECK(error_of(send_to(EndpointTls{}, rude("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"))) ==
        "connection_closed");
  CHECK(error_of(send_to(EndpointTls{}, rude("HTTP/1.1 200"))) == "connection_closed");
}

TEST_CASE("sessions are resumed for the same partner and never for another") {
  for (const int version : {TLS1_2_VERSION, 0}) {
    std::atomic<int> resumed{0};
    HostileEndpoint endpoint(
        [&](Peer& peer) {
          resumed += SSL_session_reused(peer.ssl());
          if (!peer.read_request()) return;
          peer.write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
          peer.close();
          peer.wait_until_gone();
        },
        {.tls = EndpointTls{.newest_version = version}});
    const auto sender = make_httplib_sender(make_outbound());
    SendRequest request = request_to(target(endpoint, true));
    CHECK(sender->send(request).status_code == 204);
    CHECK(sender->send(request).status_code == 204);
    CHECK(resumed == 1);
    request.connection_key = "another-partner";
    CHECK(sender->send(request).status_code == 204);
    CHECK(resumed == 1);
    CHECK(endpoint.connections() == 3);
  }
}

TEST_CASE("the session cache forgets the least recently stored") {
  SslCtx context(SSL_CTX_new(TLS_client_method()));
  TlsSessionCache cache(2);
  for (const char* key : {"a", "b", "a", "c"}) cache.store(key, SslSession(SSL_SESSION_new()));
  CHECK(cache.size() == 2);
  CHECK(cache.take("b") == nullptr);
}

TEST_CASE("a CA file that cannot be read is said at the start") {
  CHECK_THROWS_AS(TlsContext(TlsConfig{.ca_file = "/does/not/exist"}), std::runtime_error);
  CHECK_THROWS_AS(TlsContext(TlsConfig{.ca_file = "/dev/null"}), std::runtime_error);
}
