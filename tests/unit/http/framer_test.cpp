#include "common/http/framer.h"

#include <catch2/catch.hpp>
#include <optional>

using namespace webhooks::http;

namespace {

struct Outcome {
  std::vector<Request> requests;
  std::optional<int> refused;
  bool closes = false;
};

// Feeds `bytes` cut into pieces of `piece` bytes, as a connection does.
Outcome run(std::string_view bytes, std::size_t piece, const Limits& limits = {}) {
  Framer framer(limits);
  Outcome outcome;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    auto input = bytes.substr(at, piece);
    while (!input.empty()) {
      const auto taken = framer.feed(input);
      REQUIRE(taken <= input.size());
      input.remove_prefix(taken);
      if (framer.state() == Framer::State::complete) outcome.requests.push_back(framer.take());
      if (framer.state() == Framer::State::refused) {
        outcome.refused = framer.refusal().status;
        outcome.closes = framer.refusal().close;
        if (outcome.closes) return outcome;
        framer.reset();
      }
    }
  }
  return outcome;
}

const std::string kThree =
    "\r\nPOST /a?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
    "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
    "chunked\r\n\r\n3;e=\"q\"\r\nwor\r\n2\r\nld\r\n0\r\nT: v\r\n\r\n"
    "GET /c HTTP/1.0\r\n\r\n";

}  // namespace

TEST_CASE("requests in a row are cut alike however their bytes are split") {
  for (std::size_t piece = 1; piece <= kThree.size(); ++piece) {
    const auto outcome = run(kThree, piece);
    INFO(piece);
    REQUIRE_FALSE(outcome.refused);
    REQUIRE(outcome.requests.size() == 3);
    CHECK(outcome.requests[0].body == "hello");
    CHECK(outcome.requests[0].query == Fields{{"x", "1"}});
    CHECK(outcome.requests[1].body == "world");
    CHECK(outcome.requests[1].headers.size() == 2);  // the trailer is dropped
    CHECK(outcome.requests[2].path == "/c");
  }
}

TEST_CASE("a refused request hides everything behind it") {
  const auto outcome = run("GET / HTTP/1.1\r\n\r\n" + kThree, 7);
  CHECK(outcome.refused == 400);
  CHECK(outcome.closes);
  CHECK(outcome.requests.empty());
}

TEST_CASE("a target that cannot be decoded costs its request only") {
  const auto outcome = run("GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n" + kThree, 1000);
  CHECK(outcome.refused == 400);
  CHECK_FALSE(outcome.closes);
  CHECK(outcome.requests.size() == 3);
}

TEST_CASE("the states of an upload") {
  const Limits limits;
  Framer framer(limits);
  CHECK(framer.state() == Framer::State::idle);
  framer.feed("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n");
  CHECK(framer.state() == Framer::State::head);
  framer.feed("Content-Length: 4\r\n\r\n");
  CHECK(framer.state() == Framer::State::body);
  CHECK(framer.expects_continue());
  framer.feed("ab");
  CHECK(framer.body_bytes() == 2);
  CHECK_FALSE(framer.expects_continue());
  CHECK(framer.feed("cdGET") == 2);
  CHECK(framer.state() == Framer::State::complete);
  CHECK(framer.take().body == "abcd");
  CHECK(framer.state() == Framer::State::idle);
}

TEST_CASE("keep-alive as RFC 9112 section 9.3 says") {
  const auto keeps = [](std::string_view version, std::string_view connection) {
    const Limits limits;
    Framer framer(limits);
    framer.feed("GET / HTTP/" + std::string(version) + "\r\nHost: h\r\n" + std::string(connection) +
                "\r\n");
    REQUIRE(framer.state() == Framer::State::complete);
    return framer.keep_alive();
  };
  CHECK(keeps("1.1", ""));
  CHECK_FALSE(keeps("1.0", ""));
  CHECK(keeps("1.0", "Connection: Keep-Alive\r\n"));
  CHECK_FALSE(keeps("1.1", "Connection: x, CLOSE\r\n"));
  CHECK_FALSE(keeps("1.0", "Connection: keep-alive\r\nConnection: close\r\n"));
}

TEST_CASE("chunks that are almost empty are refused before they cost much") {
  std::string request = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 1000; ++i) request += "1;" + std::string(200, 'e') + "\r\nx\r\n";
  CHECK(run(request, 4096).refused == 400);
}

TEST_CASE("chunks of one byte pass") {
  std::string request = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 50000; ++i) request += "1\r\nx\r\n";
  const auto outcome = run(request + "0\r\n\r\n", 4096);
  REQUIRE(outcome.requests.size() == 1);
  CHECK(outcome.requests[0].body.size() == 50000);
}

TEST_CASE("a body of the last chunk alone may come in any pieces") {
  const std::string request =
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (std::size_t piece = 1; piece < request.size(); ++piece) {
    INFO(piece);
    CHECK(run(request, piece).requests.size() == 1);
  }
}

TEST_CASE("memory follows what came, not what was announced") {
  const Limits limits{.body = 1ULL << 40};
  Framer framer(limits);
  framer.feed("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000000\r\n\r\nx");
  CHECK(framer.request().body.capacity() < 1000);
}

TEST_CASE("only the request that may be large has the larger limit") {
  const Limits limits{.body = 10, .large_body_of = "POST /events", .large_body = 100};
  const auto status = [&](const std::string& line, std::size_t length, bool chunked) {
    const std::string head = line + " HTTP/1.1\r\nHost: h\r\n";
    const std::string body(length, 'x');
    const std::string request =
        chunked ? head + "Transfer-Encoding: chunked\r\n\r\n32\r\n" + body.substr(0, 50) +
                      "\r\n0\r\n\r\n"
                : head + "Content-Length: " + std::to_string(length) + "\r\n\r\n" + body;
    return run(request, request.size(), limits).refused.value_or(200);
  };
  for (const bool chunked : {false, true}) {
    CHECK(status("POST /events", 50, chunked) == 200);
    CHECK(status("POST /events?x=1", 50, chunked) == 200);
    for (const char* other : {"POST /events/", "POST /eventsx", "POST /", "PUT /events",
                              "POST /%65vents", "POST //events"})
      CHECK(status(other, 50, chunked) == 413);
  }
  CHECK(status("POST /events", 101, false) == 413);
  CHECK(status("POST /", 10, false) == 200);
}
