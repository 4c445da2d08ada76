#include "common/http/serialize.h"

#include <catch2/catch.hpp>

using namespace webhooks;
using namespace webhooks::http;

namespace {

struct Sunday final : Clock {
  Time now() const override { return Time{Millis{784'111'777'000}}; }
};

SerializedReply serialized(const Reply& reply, const AnswerContext& context = {.id = "r1"}) {
  DateHeader date(std::make_shared<Sunday>());
  return serialize(reply, context, date);
}

}  // namespace

TEST_CASE("a reply with a body, byte by byte") {
  const auto out = serialized({.status = 201, .headers = {{"Location", "/x"}}, .body = "hello"});
  CHECK(out.head ==
        "HTTP/1.1 201 Created\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nLocation: "
        "/x\r\nX-Request-Id: r1\r\n"
        "Content-Length: 5\r\nConnection: keep-alive\r\n\r\n");
  CHECK(out.framing == BodyFraming::length);
  CHECK(out.keep_alive);
}

TEST_CASE("204 and 304 tell no length") {
  for (const int status : {204, 304}) {
    const auto out = serialized({.status = status, .body = "wrong"});
    CHECK(out.framing == BodyFraming::none);
    CHECK(out.head.find("Content-Length") == std::string::npos);
  }
}

TEST_CASE("a stream is chunked, has its length, or ends with the connection") {
  const Reply stream{.stream = [] { return std::string(); }};
  CHECK(serialized(stream).framing == BodyFraming::chunked);
  CHECK(serialized({.stream = [] { return std::string(); }, .stream_length = 7}).framing ==
        BodyFraming::length);
  const auto old = serialized(stream, {.id = "r", .http11 = false});
  CHECK(old.framing == BodyFraming::close);
  CHECK_FALSE(old.keep_alive);
}

TEST_CASE("a HEAD's answer tells the length and has no body") {
  const auto out = serialized({.body = "hello"}, {.id = "r", .is_head = true});
  CHECK(out.framing == BodyFraming::none);
  CHECK(out.head.find("Content-Length: 5\r\n") != std::string::npos);
}

TEST_CASE("the edge's own fields cannot be doubled") {
  const auto out =
      serialized({.headers = {{"content-length", "98765"}, {"CONNECTION", "close"}, {"Date", "x"}},
                  .body = "a"});
  CHECK(out.head.find("98765") == std::string::npos);
  CHECK(out.head.find("close") == std::string::npos);
}

TEST_CASE("nothing can be injected") {
  const auto sendable = [](std::string name, std::string value) {
    return is_sendable(Reply{.headers = {{std::move(name), std::move(value)}}});
  };
  CHECK(sendable("X-A", "b c\t\xc3\xa4"));
  for (const auto* value : {"a\r\nb", "a\nb", "a\rb", "\x7f", "\x1b[0m"})
    CHECK_FALSE(sendable("X-A", value));
  CHECK_FALSE(sendable("X-A", std::string("a\0b", 3)));
  for (const auto* name : {"", "X A", "X:", "X\r\nY", "X\xc3"}) CHECK_FALSE(sendable(name, "v"));
  for (const int status : {0, 99, 100, 199, 600}) CHECK_FALSE(is_sendable(Reply{.status = status}));
}

TEST_CASE("chunks") {
  CHECK(as_chunk("") == "0\r\n\r\n");
  CHECK(as_chunk(std::string(26, 'x')) == "1a\r\n" + std::string(26, 'x') + "\r\n");
}

TEST_CASE("Vary is said whether or not the client accepts gzip") {
  for (const bool accepts : {true, false}) {
    Reply reply{.headers = {{"Content-Type", "application/json"}}, .body = std::string(5000, 'x')};
    negotiate_coding(reply, accepts, 1024);
    CHECK(reply.headers.at(1) == std::pair<std::string, std::string>{"Vary", "Accept-Encoding"});
    CHECK((reply.body.size() < 5000) == accepts);
  }
}
