#include <catch2/catch.hpp>
#include <semaphore>
#include <thread>

#include "tests/unit/outbound/harness.h"

using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;

namespace {

constexpr const char* kNoContent = "HTTP/1.1 204 No Content\r\n\r\n";

void answer_all(Peer& peer) {
  while (peer.read_request()) peer.write(kNoContent);
}

}  // namespace

TEST_CASE("a connection is reused by its partner and by no other") {
  for (const bool tls : {false, true}) {
    HostileEndpoint endpoint(answer_all, options(tls));
    const auto outbound = make_outbound();
    const auto sender = make_httplib_sender(outbound);
    SendRequest request = request_to(target(endpoint, tls));
    CHECK_FALSE(sender->send(request).reused_connection);
    CHECK(sender->send(request).reused_connection);
    CHECK(make_httplib_sender(outbound)->send(request).reused_connection);  // senders share them
    CHECK(endpoint.connections() == 1);
    request.connection_key = "another-partner";
    CHECK_FALSE(sender->send(request).reused_connection);
    CHECK(endpoint.connections() == 2);
    CHECK(outbound->idle_connections() == 2);
  }
}

TEST_CASE("a connection that the peer closed while idle is noticed before it is used") {
  for (const bool tls : {false, true}) {
    HostileEndpoint endpoint(
        [](Peer& peer) {
          if (!peer.read_request()) return;
          peer.write(kNoContent);
          peer.close();
          peer.wait_until_gone();
        },
        options(tls));
    const auto sender = make_httplib_sender(make_outbound());
    const SendRequest request = request_to(target(endpoint, tls));
    for (int i = 0; i < 5; ++i) CHECK(sender->send(request).status_code == 204);
    CHECK(endpoint.connections() == 5);
  }
}

TEST_CASE("a reused connection that dies under the request is replaced once, unseen") {
  for (const bool tls : {false, true}) {
    HostileEndpoint endpoint(
        [](Peer& peer) {
          if (!peer.read_request()) return;
          peer.write(kNoContent);
          // The next request of the first connection is met by a reset: too late for a check
          // beforehand.
          if (!peer.read_request()) return;
          if (peer.connection() == 0) return peer.reset();
          peer.write(kNoContent);
          peer.wait_until_gone();
        },
        options(tls));
    const auto sender = make_httplib_sender(make_outbound());
    const SendRequest request = request_to(target(endpoint, tls));
    const Outcome first = sender->send(request);
    CHECK(first.status_code == 204);
    CHECK_FALSE(first.resent);
    const Outcome second = sender->send(request);
    CHECK(second.status_code == 204);
    CHECK_FALSE(second.error.has_value());
    CHECK_FALSE(second.reused_connection);
    CHECK(second.resent);
    CHECK(endpoint.connections() == 2);
    CHECK(endpoint.requests().size() == 3);
  }
}

TEST_CASE("a reused connection that dies after the first byte of an answer is not replaced") {
  HostileEndpoint endpoint([](Peer& peer) {
    if (!peer.read_request()) return;
    peer.write(kNoContent);
    if (!peer.read_request()) return;
    peer.write("H");
    peer.close();
    peer.wait_until_gone();
  });
  const auto sender = make_httplib_sender(make_outbound());
  const SendRequest request = request_to(target(endpoint, false));
  CHECK(sender->send(request).status_code == 204);
  CHECK(error_of(sender->send(request)) == "connection_closed");
  CHECK(endpoint.connections() == 1);
}

TEST_CASE("a new connection that is closed without an answer is not tried again") {
  HostileEndpoint endpoint([](Peer& peer) { peer.read_request(); });
  const auto sender = make_httplib_sender(make_outbound());
  CHECK(error_of(sender->send(request_to(target(endpoint, false)))) == "connection_closed");
  CHECK(endpoint.connections() == 1);
}

TEST_CASE("bytes that nobody asked for are never taken as the next answer") {
  for (const bool tls : {false, true}) {
    for (const bool together : {true, false}) {
      HostileEndpoint endpoint(
          [&](Peer& peer) {
            if (!peer.read_request()) return;
            const std::string forged = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged";
            if (together) {
              peer.write(kNoContent + forged);
            } else {
              peer.write(kNoContent);
              peer.write(forged);
            }
            peer.wait_until_gone();
          },
          options(tls));
      const auto sender = make_httplib_sender(make_outbound());
      const SendRequest request = request_to(target(endpoint, tls));
      for (int i = 0; i < 4; ++i) {
        const Outcome outcome = sender->send(request);
        // Apart, the forgery may still be on its way when the next request leaves; then nobody can
        // tell it from an early answer. The sender's promise is about what has arrived.
        if (together) CHECK(outcome.status_code == 204);
        if (together) CHECK(outcome.response_excerpt.empty());
      }
      if (together) CHECK(endpoint.connections() == 4);
    }
  }
}

TEST_CASE("what arrived unasked while a connection was idle costs the connection") {
  for (const bool tls : {false, true}) {
    HostileEndpoint endpoint(
        [](Peer& peer) {
          if (!peer.read_request()) return;
          peer.write(kNoContent);
          peer.write("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
        },
        options(tls));
    const auto outbound = make_outbound();
    const auto sender = make_httplib_sender(outbound);
    const SendRequest request = request_to(target(endpoint, tls));
    CHECK(sender->send(request).status_code == 204);
    endpoint.wait_until_ended(1);  // so the forgery, and the end, are at our socket
    CHECK(sender->send(request).response_excerpt.empty());
    CHECK(endpoint.connections() == 2);
  }
}

TEST_CASE("an answer that breaks a rule costs the connection") {
  for (const char* answer :
       {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 No\r\nContent-Length: 3\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n"}) {
    HostileEndpoint endpoint([&](Peer& peer) {
      while (peer.read_request()) peer.write(answer);
    });
    const auto outbound = make_outbound();
    CHECK(make_httplib_sender(outbound)->send(request_to(target(endpoint, false))).succeeded());
    CHECK(outbound->idle_connections() == 0);
  }
}

TEST_CASE("HTTP/1.0 keeps a connection when it says so") {
  HostileEndpoint endpoint([](Peer& peer) {
    while (peer.read_request())
      peer.write("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n");
  });
  const auto sender = make_httplib_sender(make_outbound());
  CHECK(sender->send(request_to(target(endpoint, false))).succeeded());
  CHECK(sender->send(request_to(target(endpoint, false))).reused_connection);
}

TEST_CASE("idle connections are bounded, in all and by key") {
  HostileEndpoint endpoint(answer_all);
  Setup setup;
  setup.limits.pool = {
      .idle = 3, .descriptors = 3, .idle_per_key = 1, .idle_age = 20s, .total_age = 300s};
  const auto outbound = make_outbound(setup);
  const auto sender = make_httplib_sender(outbound);
  SendRequest request = request_to(target(endpoint, false));
  for (int i = 0; i < 6; ++i) {
    request.connection_key = "partner_" + std::to_string(i);
    CHECK(sender->send(request).status_code == 204);
    CHECK(outbound->idle_connections() <= 3);
  }
  CHECK(sender->send(request).reused_connection);
  request.connection_key = "partner_0";
  CHECK_FALSE(sender->send(request).reused_connection);  // fell out
}

TEST_CASE("of a key's idle connections the oldest goes first, and the others stay usable") {
  std::counting_semaphore<8> answer{0};
  std::counting_semaphore<8> asked{0};
  HostileEndpoint endpoint([&](Peer& peer) {
    while (peer.read_request()) {
      asked.release();
      answer.acquire();
      peer.write(kNoContent);
    }
  });
  Setup setup;
  setup.limits.pool.idle_per_key = 2;
  setup.limits.pool.idle = 2;
  const auto outbound = make_outbound(setup);
  const SendRequest request = request_to(target(endpoint, false));
  {
    std::vector<std::jthread> senders;
    for (int i = 0; i < 3; ++i)
      senders.emplace_back([&] { make_httplib_sender(outbound)->send(request); });
    for (int i = 0; i < 3; ++i) asked.acquire();
    answer.release(3);
  }
  CHECK(outbound->idle_connections() == 2);
  answer.release(3);
  SendRequest other = request;
  other.connection_key = "another-partner";
  const auto sender = make_httplib_sender(outbound);
  CHECK_FALSE(sender->send(other).reused_connection);  // the older one of the first key made room
  CHECK(outbound->idle_connections() == 2);
  CHECK(sender->send(request).reused_connection);
  CHECK(sender->send(other).reused_connection);
}

TEST_CASE("connections over their age are closed") {
  HostileEndpoint endpoint(answer_all);
  Setup idle;
  idle.limits.pool.idle_age = 0ms;
  const auto outbound = make_outbound(idle);
  const auto sender = make_httplib_sender(outbound);
  CHECK(sender->send(request_to(target(endpoint, false))).status_code == 204);
  CHECK(outbound->idle_connections() == 1);
  outbound->sweep();
  CHECK(outbound->idle_connections() == 0);

  Setup total;
  total.limits.pool.total_age = 0ms;
  const auto strict = make_httplib_sender(make_outbound(total));
  CHECK(strict->send(request_to(target(endpoint, false))).status_code == 204);
  CHECK_FALSE(strict->send(request_to(target(endpoint, false))).reused_connection);
}
