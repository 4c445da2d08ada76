#include "worker/outbound/answer.h"

#include <catch2/catch.hpp>

#include "worker/outbound/answer_gate.h"

using namespace webhooks;
using namespace webhooks::worker;
using Framing = AnswerHead::Framing;

namespace {

AnswerHead head_of(std::string_view fields) {
  const auto parsed = parse_answer_head("HTTP/1.1 200 OK\r\n" + std::string(fields) + "\r\n");
  REQUIRE(std::holds_alternative<AnswerHead>(parsed));
  return std::get<AnswerHead>(parsed);
}

bool is_malformed(std::string_view head) {
  const auto parsed = parse_answer_head(head);
  const auto* failure = std::get_if<Failure>(&parsed);
  return failure != nullptr && failure->error == SendError::malformed_response;
}

struct Passed {
  std::string out;
  std::string error = "none";
  bool complete = false;
  bool surplus = false;
};

// Feeds `bytes` in pieces of `size`, then the end of the stream.
Passed pass(std::string_view bytes, std::size_t size, const AnswerLimits& limits = {}) {
  AnswerGate gate(limits);
  Passed passed;
  std::optional<Failure> failure;
  for (std::size_t i = 0; i < bytes.size() && !failure; i += size)
    failure = gate.feed(bytes.substr(i, size), passed.out);
  if (!failure) failure = gate.finish();
  if (failure) passed.error = to_string(failure->error);
  passed.complete = gate.complete();
  passed.surplus = gate.surplus();
  return passed;
}

}  // namespace

TEST_CASE("the framing follows RFC 9112 section 6.3") {
  CHECK(head_of("").framing == Framing::until_close);
  CHECK(head_of("Content-Length: 7\r\n").framing == Framing::length);
  CHECK(head_of("content-length:7 \r\n").length == 7);
  CHECK(head_of("Content-Length: 7, 7\r\n").length == 7);
  CHECK(head_of("Transfer-Encoding: Chunked\r\n").framing == Framing::chunked);
  CHECK(head_of("Transfer-Encoding: gzip, chunked\r\n").framing == Framing::chunked);
  CHECK(head_of("Transfer-Encoding: gzip\r\n").framing == Framing::until_close);
  CHECK(is_malformed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"));
  CHECK(is_malformed(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"));
  CHECK(is_malformed("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
  CHECK(is_malformed("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n"));
  CHECK(is_malformed("HTTP/1.1 200 OK\r\nContent-Length: 1,\r\n\r\n"));
  CHECK(is_malformed("HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\n"));
  CHECK(is_malformed("HTTP/1.1 200 OK\r\nContent-Length: 0x1\r\n\r\n"));
  CHECK(is_malformed("HTTP/1.1 200 OK\r\n: x\r\n\r\n"));
  CHECK(is_malformed("HTTP/1.1  200 OK\r\n\r\n"));
  CHECK(is_malformed("HTTP/1.1 200OK\r\n\r\n"));
  CHECK(is_malformed("\r\n"));
}

TEST_CASE("a connection is reusable only when the peer keeps to the rules") {
  CHECK(head_of("Content-Length: 0\r\n").reusable);
  CHECK(head_of("Content-Length: 0\r\nConnection: x, Keep-Alive\r\n").reusable);
  CHECK_FALSE(head_of("Content-Length: 0\r\nConnection: x, CLOSE\r\n").reusable);
  CHECK_FALSE(head_of("").reusable);
  CHECK_FALSE(head_of("Content-Length: 0\r\nX: y\n").reusable);
}

TEST_CASE("the answer comes out in canonical form however it is cut") {
  const std::string wire =
      "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n"
      "HTTP/1.1 200 A long reason\r\nX-Noise: %41\r\nTransfer-Encoding: chunked\r\n\r\n"
      "00A;ext=\"v\"\r\n0123456789\r\n1\r\nx\r\n0\r\nTrailer: t\r\n\r\n";
  const std::string canonical =
      "HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n";
  for (std::size_t size = 1; size <= wire.size(); ++size) {
    const Passed passed = pass(wire, size);
    CHECK(passed.out == canonical);
    CHECK(passed.error == "none");
    CHECK(passed.complete);
    CHECK_FALSE(passed.surplus);
  }
}

TEST_CASE("bytes after the answer are seen however it is cut") {
  const std::string wire = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500";
  for (std::size_t size = 1; size <= wire.size(); ++size) {
    const Passed passed = pass(wire, size);
    CHECK(passed.out == "HTTP/1.1 200 -\r\nContent-Length: 2\r\n\r\nok");
    CHECK(passed.complete);
    CHECK(passed.surplus);
  }
}

TEST_CASE("the limits hold to the byte") {
  const std::string line = "HTTP/1.1 200 " + std::string(1024 - 15, 'r') + "\r\n";
  CHECK(line.size() == 1024);
  CHECK(pass(line + "\r\n", 7).error == "none");
  CHECK(pass("HTTP/1.1 200 r" + line.substr(13) + "\r\n", 7).error == "response_too_large");

  const std::string front = "HTTP/1.1 200 OK\r\nX: ";
  const auto head = [&](std::size_t size) {
    return front + std::string(size - front.size() - 4, 'x') + "\r\n\r\n";
  };
  CHECK(pass(head(32 * 1024), 1000).error == "none");
  CHECK(pass(head(32 * 1024 + 1), 1000).error == "response_too_large");

  std::string interim;
  for (int i = 0; i < 8; ++i) interim += "HTTP/1.1 102 P\r\n\r\n";
  CHECK(pass(interim + "HTTP/1.1 204 N\r\n\r\n", 3).error == "none");
  CHECK(pass(interim + "HTTP/1.1 102 P\r\n\r\n", 3).error == "response_too_large");
}
