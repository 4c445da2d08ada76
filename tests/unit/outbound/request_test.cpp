#include <catch2/catch.hpp>
#include <csignal>
#include <fcntl.h>
#include <future>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>

#include "tests/unit/outbound/harness.h"

using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;

namespace {

void answer_all(Peer& peer) {
  while (peer.read_request()) peer.write("HTTP/1.1 204 No Content\r\n\r\n");
}

Outcome answer_with(const std::string& text) {
  HostileEndpoint endpoint([&](Peer& peer) {
    if (!peer.read_request()) return;
    peer.write(text);
    peer.close();
    peer.wait_until_gone();
  });
  return make_httplib_sender(make_outbound())->send(request_to(target(endpoint, false)));
}

}  // namespace

TEST_CASE("the request is on the wire as it was asked for, in one piece") {
  HostileEndpoint endpoint(answer_all);
  const auto sender = make_httplib_sender(make_outbound());
  SendRequest request = request_to(target(endpoint, false));
  request.url.target = "/a%2Fb?q=%41+c";
  CHECK(sender->send(request).status_code == 204);
  const std::string sent = endpoint.requests().at(0);
  CHECK(sent.starts_with("POST /a%2Fb?q=%41+c HTTP/1.1\r\n"));
  for (const std::string& line :
       {"Host: receiver.test:" + std::to_string(endpoint.port()),
        std::string("User-Agent: partner-webhooks/" WEBHOOKS_VERSION),
        std::string("Content-Type: application/json"), std::string("Content-Length: 14"),
        std::string("webhook-id: evt_1")}) {
    INFO(line);
    CHECK(sent.find("\r\n" + line + "\r\n") != std::string::npos);
    CHECK(sent.find(line) == sent.rfind(line));
  }
  CHECK(sent.ends_with("\r\n\r\n{\"id\":\"evt_1\"}"));
  CHECK(sent.find("Accept-Encoding") == std::string::npos);
}

TEST_CASE("an empty body has a length") {
  HostileEndpoint endpoint(answer_all);
  CHECK(make_httplib_sender(make_outbound())
            ->send(request_to(target(endpoint, false), kAmple, ""))
            .status_code == 204);
  CHECK(endpoint.requests().at(0).find("\r\nContent-Length: 0\r\n") != std::string::npos);
}

TEST_CASE("line ends in header values are refused and send nothing") {
  const auto sender = make_httplib_sender(make_outbound());
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"X", "a\r\nInjected: yes"},
                                                        {"X", "a\nb"},
                                                        {"X", std::string("a\0b", 3)},
                                                        {"X\r\nY", "a"},
                                                        {"", "a"},
                                                        {"X Y", "a"},
                                                        {"Host", "evil"},
                                                        {"content-length", "0"},
                                                        {"Transfer-Encoding", "chunked"},
                                                        {"User-Agent", "x"}}) {
    SendRequest request = request_to(target("http://127.0.0.1:1/"));
    request.headers = {{name, value}};
    CHECK(error_of(sender->send(request)) == "internal");
  }
}

TEST_CASE("what an answer holds is safe to show") {
  const Outcome outcome = answer_with(
      "HTTP/1.1 503 No\r\nRetry-After: 120\r\nContent-Length: "
      "16\r\n\r\nbusy\x1b[31m\r\n\xff\xc3\xa9"
      "end");
  CHECK(outcome.status_code == 503);
  CHECK(outcome.retry_after == "120");
  CHECK(outcome.response_excerpt ==
        "busy [31m  \xEF\xBF\xBD\u00e9"
        "en");
  CHECK_FALSE(outcome.succeeded());
}

TEST_CASE("a compressed body is shown as it came and never inflated") {
  const std::string body =
      "\x1f\x8b"
      "not really";
  const Outcome outcome =
      answer_with("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n\r\n" + body);
  CHECK(outcome.succeeded());
  CHECK(outcome.response_excerpt.find("not really") != std::string::npos);
}

TEST_CASE("small packets are sent at once") {
  // Without TCP_NODELAY a reused connection makes 368 requests/s instead of 36,800.
  HostileEndpoint endpoint(answer_all);
  const auto socket =
      connect_tcp(*parse_ip("127.0.0.1"), endpoint.port(), Deadline::after(kAmple, nullptr));
  int on = 0;
  socklen_t size = sizeof on;
  ::getsockopt(std::get<WireSocket>(socket).fd(), IPPROTO_TCP, TCP_NODELAY, &on, &size);
  CHECK(on == 1);
}

TEST_CASE("an excerpt is the first 1,024 bytes and no more") {
  const Outcome outcome = answer_with("HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'a'));
  CHECK(outcome.response_excerpt == std::string(1024, 'a'));
  CHECK(outcome.succeeded());
}

TEST_CASE("a Retry-After is handed on as sent, unless it is absurd") {
  const auto retry_after = [](const std::string& value) {
    return answer_with("HTTP/1.1 429 Slow\r\nRetry-After: " + value +
                       "\r\nContent-Length: 0\r\n\r\n")
        .retry_after;
  };
  CHECK(retry_after("Wed, 26 Nov 2025 10:00:00 GMT") == "Wed, 26 Nov 2025 10:00:00 GMT");
  CHECK(retry_after("99999999999999999999") == "99999999999999999999");
  CHECK(retry_after("%0d%0aX:y") == "%0d%0aX:y");  // not percent-decoded
  CHECK_FALSE(retry_after(std::string(1000, '9')).has_value());
  CHECK_FALSE(retry_after("").has_value());
}

TEST_CASE("an endpoint that does not read gets its say before the whole request is sent") {
  for (const bool tls : {false, true}) {
    std::promise<void> done;
    const auto until = done.get_future().share();
    HostileEndpoint endpoint(
        [until](Peer& peer) {
          peer.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
          until.wait();
        },
        options(tls));
    const auto outbound = make_outbound();
    const std::string body(16 * 1024 * 1024, 'b');
    const Outcome outcome =
        make_httplib_sender(outbound)->send(request_to(target(endpoint, tls), kAmple, body));
    CHECK(outcome.status_code == 413);
    CHECK(outbound->idle_connections() == 0);
    done.set_value();
  }
}

TEST_CASE("an endpoint that never reads ends with the deadline") {
  std::promise<void> done;
  const auto until = done.get_future().share();
  HostileEndpoint endpoint([until](Peer&) { until.wait(); });
  const std::string body(16 * 1024 * 1024, 'b');
  const auto sender = make_httplib_sender(make_outbound());
  const Outcome outcome = meet_deadline(
      [&](Millis timeout) {
        return sender->send(request_to(target(endpoint, false), timeout, body));
      },
      [](const Outcome& one) { return one.error == SendError::timeout; });
  CHECK(error_of(outcome) == "timeout");
  done.set_value();
}

TEST_CASE("a peer that vanishes while we write raises no signal") {
  // SIGPIPE has its default action here: it would end this process.
  for (const bool tls : {false, true}) {
    HostileEndpoint endpoint([](Peer& peer) { peer.reset(); }, options(tls));
    const auto sender = make_httplib_sender(make_outbound());
    const std::string body(4 * 1024 * 1024, 'b');
    for (int i = 0; i < 10; ++i)
      CHECK(error_of(sender->send(request_to(target(endpoint, tls), kAmple, body))) ==
            "connection_closed");
  }
  struct sigaction action {};
  ::sigaction(SIGPIPE, nullptr, &action);
  CHECK(action.sa_handler == SIG_DFL);
}

TEST_CASE("connections beyond descriptor 1,023 are reused like any other") {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < 1100) {
    limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  HostileEndpoint endpoint(answer_all);
  const auto outbound = make_outbound();
  const auto sender = make_httplib_sender(outbound);
  std::vector<UniqueFd> low;
  while (low.empty() || low.back().get() < 1030) {
    low.emplace_back(::dup(0));
    REQUIRE(low.back());
  }
  CHECK(sender->send(request_to(target(endpoint, false))).status_code == 204);
  CHECK(sender->send(request_to(target(endpoint, false))).reused_connection);
}

TEST_CASE("an abort ends every phase at once") {
  const webhooks::test::Blackhole blackhole;
  struct Phase {
    const char* name;
    HostileEndpoint::Script script;
    bool tls;
  };
  const auto waits = [](Peer& peer) { peer.wait_until_gone(); };
  const auto within_body = [](Peer& peer) {
    if (peer.read_request()) peer.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
    peer.wait_until_gone();
  };
  for (const Phase& phase : {Phase{"answer", waits, false}, Phase{"body", within_body, false},
                             Phase{"handshake", waits, true}, Phase{"connect", nullptr, false}}) {
    INFO(phase.name);
    webhooks::test::EndpointOptions wishes = options(phase.tls);
    if (phase.tls) wishes.tls->handshake = false;
    HostileEndpoint endpoint(phase.script ? phase.script : waits, wishes);
    const auto outbound = make_outbound();
    const TargetUrl url =
        phase.script ? target(endpoint, phase.tls)
                     : target("http://127.0.0.1:" + std::to_string(blackhole.port()) + "/");
    Outcome outcome;
    std::thread sending([&] { outcome = make_httplib_sender(outbound)->send(request_to(url)); });
    outbound->abort();
    sending.join();
    CHECK(error_of(outcome) == "internal");
    CHECK(outcome.detail == "aborted");
    CHECK(error_of(make_httplib_sender(outbound)->send(request_to(url))) == "internal");
  }
}

TEST_CASE("many senders share connections, sessions and addresses") {
  for (const bool tls : {false, true}) {
    HostileEndpoint endpoint(answer_all, options(tls));
    const auto outbound = make_outbound();
    std::vector<std::thread> threads;
    std::atomic<int> delivered{0};
    for (int t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        const auto sender = make_httplib_sender(outbound);
        for (int i = 0; i < 50; ++i) {
          SendRequest request = request_to(target(endpoint, tls));
          request.connection_key = "partner_" + std::to_string((t + i) % 3);
          if (sender->send(request).status_code == 204) ++delivered;
          if (i % 10 == 0) outbound->sweep();
        }
      });
    for (std::thread& thread : threads) thread.join();
    CHECK(delivered == 200);
    CHECK(endpoint.connections() < 200);
  }
}
