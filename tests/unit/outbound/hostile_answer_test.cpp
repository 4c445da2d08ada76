#include <catch2/catch.hpp>
#include <optional>

#include "tests/unit/outbound/harness.h"

using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;
using namespace std::string_literals;

namespace {

const std::string kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

// Reads the request, says `text` and ends the stream in order.
HostileEndpoint::Script answers(std::string text) {
  return [text = std::move(text)](Peer& peer) {
    if (!peer.read_request()) return;
    peer.write(text);
    peer.close();
    peer.wait_until_gone();
  };
}

// As above, but keeps the connection open: what is missing must not cost more than the deadline.
HostileEndpoint::Script answers_and_waits(std::string text) {
  return [text = std::move(text)](Peer& peer) {
    if (!peer.read_request()) return;
    peer.write(text);
    peer.wait_until_gone();
  };
}

HostileEndpoint::Script answers_and_resets(std::string text) {
  return [text = std::move(text)](Peer& peer) {
    if (!peer.read_request()) return;
    peer.write(text);
    peer.reset();
  };
}

HostileEndpoint::Script repeats(std::string start, std::string again) {
  return [start = std::move(start), again = std::move(again)](Peer& peer) {
    if (!peer.read_request()) return;
    peer.write(start);
    peer.write_for_ever(again);
  };
}

HostileEndpoint::Script drips(std::string start, std::string slowly) {
  return [start = std::move(start), slowly = std::move(slowly)](Peer& peer) {
    if (!peer.read_request()) return;
    peer.write(start);
    peer.drip_for_ever(slowly, 5ms);
  };
}

struct Scenario {
  const char* name;
  HostileEndpoint::Script script;
  const char* error;  // "none": the answer counts
  std::optional<int> status = std::nullopt;
  Millis timeout = kAmple;
};

std::vector<Scenario> scenarios() {
  return {
      // Closing and resetting
      {"close before reading",
       [](Peer& peer) {
         peer.close();
         peer.wait_until_gone();
       },
       "connection_closed"},
      {"reset before reading", [](Peer& peer) { peer.reset(); }, "connection_closed"},
      {"close without an answer", answers(""), "connection_closed"},
      {"reset without an answer", answers_and_resets(""), "connection_closed"},
      {"close within the status line", answers("HTTP/1.1 2"), "connection_closed"},
      {"reset within the status line", answers_and_resets("HTTP/1.1 2"), "connection_closed"},
      {"close within the head", answers("HTTP/1.1 200 OK\r\nX: y\r\n"), "connection_closed"},
      {"close within the body", answers("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"),
       "connection_closed", 200},
      {"close within a chunk", answers(kChunked + "a\r\nabc"), "connection_closed", 200},
      {"close before the last chunk", answers(kChunked + "3\r\nabc\r\n"), "connection_closed", 200},
      {"close after the answer", answers(kOk), "none", 200},

      // Silence and dripping
      {"no answer", answers_and_waits(""), "timeout", {}, kShort},
      {"silence within the head", answers_and_waits("HTTP/1.1 200 OK\r\n"), "timeout", {}, kShort},
      {"silence within the body",
       answers_and_waits("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"), "timeout", 200, kShort},
      {"a body without an end", answers_and_waits("HTTP/1.1 200 OK\r\n\r\nab"), "timeout", 200,
       kShort},
      {"drip of the status line", drips("HTTP/1.1 200 ", "slow"), "timeout", {}, kShort},
      {"drip of headers", drips("HTTP/1.1 200 OK\r\n", "X-Slow: yes\r\n"), "timeout", {}, kShort},
      {"drip of a body", drips("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", "z"),
       "timeout", 200, kShort},
      {"drip of chunks", drips(kChunked, "1\r\nz\r\n"), "timeout", 200, kShort},
      {"drip of interim answers",
       drips("", "HTTP/1.1 102 Processing\r\n\r\n"),
       "timeout",
       {},
       kShort},

      // Too much
      {"reason phrase of 30 KB", answers("HTTP/1.1 200 " + std::string(30'000, 'r') + "\r\n\r\n"),
       "response_too_large"},
      {"status line without an end", repeats("HTTP/1.1 200 ", std::string(4096, 'r')),
       "response_too_large"},
      {"headers without an end", repeats("HTTP/1.1 200 OK\r\n", "X-Again: and again\r\n"),
       "response_too_large"},
      {"one header without an end", repeats("HTTP/1.1 200 OK\r\nX: ", std::string(4096, 'x')),
       "response_too_large"},
      {"head of 33 KB", answers("HTTP/1.1 200 OK\r\nX: " + std::string(33'000, 'x') + "\r\n\r\n"),
       "response_too_large"},
      {"storm of interim answers", repeats("", "HTTP/1.1 100 Continue\r\n\r\n"),
       "response_too_large"},
      {"trailer without an end", repeats(kChunked + "0\r\n", "X-Again: and again\r\n"),
       "response_too_large", 200},
      {"chunk extension without an end", repeats(kChunked + "1;", "x=y;"), "response_too_large",
       200},
      {"body without an end", repeats("HTTP/1.1 200 OK\r\n\r\n", std::string(4096, 'z')), "none",
       200},
      {"body of 10 GB by its length",
       repeats("HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n", std::string(4096, 'z')),
       "none", 200},
      {"chunks without an end", repeats(kChunked, "1000\r\n" + std::string(4096, 'z') + "\r\n"),
       "none", 200},
      {"tiny chunks without an end", repeats(kChunked, "1\r\nz\r\n"), "response_too_large", 200},
      {"gzip bomb",
       repeats("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
               "10000000\r\n\r\n\x1f\x8b\x08",
               std::string(4096, '\0')),
       "none", 200},

      // Not HTTP, or HTTP that contradicts itself
      {"HTTP/0.9", answers_and_waits("<html>hello</html>"), "malformed_response"},
      {"another protocol", answers_and_waits("SSH-2.0-OpenSSH_9.2\r\n"), "malformed_response"},
      {"binary garbage", answers_and_waits("\0\x01\x02\xff\xfe"s), "malformed_response"},
      {"HTTP/2 in the clear", answers_and_waits("\0\0\x12\x04\0\0\0\0\0"s), "malformed_response"},
      {"HTTP/2.0 status line", answers("HTTP/2.0 200 OK\r\n\r\n"), "malformed_response"},
      {"status of four digits", answers("HTTP/1.1 2000 OK\r\n\r\n"), "malformed_response"},
      {"status out of range", answers("HTTP/1.1 999 No\r\n\r\n"), "malformed_response"},
      {"status that is no number", answers("HTTP/1.1 OK\r\n\r\n"), "malformed_response"},
      {"NUL in a header", answers("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n"s), "malformed_response"},
      {"NUL in the status line", answers("HTTP/1.1 200 O\0K\r\n\r\n"s), "malformed_response"},
      {"CR in a header", answers("HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n"), "malformed_response"},
      {"folded header", answers("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n"), "malformed_response"},
      {"header without a colon", answers("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"),
       "malformed_response"},
      {"space before the colon", answers("HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n"),
       "malformed_response"},
      {"two different Content-Lengths",
       answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk"),
       "malformed_response"},
      {"Content-Length and chunked",
       answers(
           "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
       "malformed_response"},
      {"negative Content-Length", answers("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
       "malformed_response"},
      {"Content-Length beyond 64 bits",
       answers("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n"),
       "malformed_response"},
      {"Content-Length that is no number",
       answers("HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n"), "malformed_response"},
      {"chunk size that is no number", answers(kChunked + "zz\r\n"), "malformed_response", 200},
      {"negative chunk size", answers(kChunked + "-2\r\nab\r\n"), "malformed_response", 200},
      {"chunk size of 17 digits", answers(kChunked + "11111111111111111\r\n"), "malformed_response",
       200},
      {"chunk longer than its size", answers(kChunked + "1\r\nabc\r\n0\r\n\r\n"),
       "malformed_response", 200},
      {"switching protocols",
       answers_and_waits("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"),
       "malformed_response"},

      // Odd, yet an answer
      {"interim answers before the final one",
       answers("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + kOk),
       "none", 200},
      {"204 with a body", answers("HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nbody"),
       "none", 204},
      {"304", answers("HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n"), "none", 304},
      {"bytes after the answer", answers(kOk + "HTTP/1.1 500 No\r\n\r\n"), "none", 200},
      {"body ended by the close", answers("HTTP/1.0 200 OK\r\n\r\nok"), "none", 200},
      {"bare line feeds", answers("HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), "none", 200},
      {"no reason phrase", answers("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n"), "none", 200},
      {"the same Content-Length twice",
       answers("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok"), "none", 200},
      {"chunk extensions and trailers",
       answers(kChunked + "2;a=b\r\nok\r\n0\r\nX: %0d%0ay\r\n\r\n"), "none", 200},
      {"redirect to a private address",
       answers("HTTP/1.1 307 Go\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"),
       "none", 307},
      {"redirect to itself",
       answers("HTTP/1.1 302 Go\r\nLocation: /hook\r\nContent-Length: 0\r\n\r\n"), "none", 302},
      {"digest challenge",
       answers("HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"x\", "
               "nonce=\"y\"\r\nContent-Length: 0\r\n\r\n"),
       "none", 401},
      {"200 with garbage",
       answers("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\xff\xfe\0\x01\x80"s), "none", 200},
      {"answer before the request was read",
       [](Peer& peer) {
         peer.write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
         peer.close();
         peer.wait_until_gone();
       },
       "none", 413},
  };
}

bool is_expected(const Scenario& scenario, const Outcome& outcome) {
  return error_of(outcome) == scenario.error && outcome.status_code == scenario.status;
}

// Returns once sender and endpoint are gone. `connections`: how many there were.
Outcome attempt(const Scenario& scenario, bool tls, Millis timeout, int& connections) {
  HostileEndpoint endpoint(scenario.script, options(tls));
  const auto sender = make_httplib_sender(make_outbound());
  Outcome outcome = sender->send(request_to(target(endpoint, tls), timeout));
  endpoint.wait_until_accepted(1);
  connections = endpoint.connections();
  return outcome;
}

}  // namespace

TEST_CASE("each misbehaving answer ends on time with its own error class") {
  for (const bool tls : {false, true}) {
    for (const Scenario& scenario : scenarios()) {
      DYNAMIC_SECTION((tls ? "TLS: " : "plain: ") << scenario.name) {
        webhooks::test::authority();
        const std::size_t before = webhooks::test::open_descriptors();
        int connections = 0;
        const auto within = [&](Millis timeout) {
          return attempt(scenario, tls, timeout, connections);
        };
        const auto as_expected = [&](const Outcome& one) { return is_expected(scenario, one); };
        const Outcome outcome = scenario.timeout == kShort ? meet_deadline(within, as_expected)
                                                           : within(scenario.timeout);
        INFO("detail: " << outcome.detail.value_or("none"));
        CHECK(error_of(outcome) == scenario.error);
        CHECK(outcome.status_code == scenario.status);
        CHECK(outcome.duration < kAmple);
        CHECK_FALSE(outcome.reused_connection);
        CHECK(connections == 1);  // no redirect followed, nothing sent twice
        CHECK(webhooks::test::open_descriptors() == before);
      }
    }
  }
}
