#include "common/http/server.h"

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <sys/socket.h>

#include "common/base/unique_fd.h"

using webhooks::UniqueFd;
using namespace webhooks::http;
using namespace std::chrono_literals;

namespace {

UniqueFd connect_to(std::uint16_t port) {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return socket;
}

// Everything until the server closes.
std::string exchange(std::uint16_t port, std::string_view request) {
  const auto socket = connect_to(port);
  REQUIRE(::send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(request.size()));
  std::string got;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::recv(socket.get(), buffer, sizeof buffer, 0)) > 0;) {
    got.append(buffer, static_cast<std::size_t>(count));
  }
  return got;
}

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";

}  // namespace

TEST_CASE("two servers in one process answer for themselves") {
  const auto saying = [](std::string word) {
    return [word](Request, Responder responder) { std::move(responder).send(Reply{.body = word}); };
  };
  Server first({}, saying("first"));
  Server second({}, saying("second"));
  first.start();
  second.start();
  CHECK(exchange(first.port(), kGet).ends_with("\r\n\r\nfirst"));
  CHECK(exchange(second.port(), kGet).ends_with("\r\n\r\nsecond"));
  CHECK(first.stats().requests_total == 1);
  first.stop(1s);
  CHECK(exchange(second.port(), kGet).ends_with("\r\n\r\nsecond"));
}

TEST_CASE("an answer after the server's end goes nowhere") {
  std::promise<std::unique_ptr<Responder>> promise;
  auto owed = promise.get_future();
  auto server = std::make_unique<Server>(ServerConfig{}, [&](Request, Responder responder) {
    promise.set_value(std::make_unique<Responder>(std::move(responder)));
  });
  server->start();
  const auto socket = connect_to(server->port());
  REQUIRE(::send(socket.get(), kGet.data(), kGet.size(), MSG_NOSIGNAL) > 0);
  auto responder = owed.get();
  server->stop(0ms);
  server.reset();
  std::move(*responder).send(Reply{.body = "late"});
  char byte = 0;
  CHECK(::recv(socket.get(), &byte, 1, 0) <= 0);
}

TEST_CASE("a server that is never started, stopped twice, or not stopped") {
  const auto handler = [](Request, Responder) {};
  Server never({}, handler);
  never.stop(1s);
  Server twice({}, handler);
  twice.start();
  twice.stop(1s);
  twice.stop(1s);
  Server not_stopped({}, handler);
  not_stopped.start();
}

TEST_CASE("a second answer to one request goes nowhere") {
  struct Counting final : Responder::Target {
    int answers = 0;
    void deliver(Reply) override { ++answers; }
  };
  const auto target = std::make_shared<Counting>();
  {
    Responder responder(target);
    Responder moved(std::move(responder));
    std::move(moved).send(Reply{});
    std::move(moved).send(Reply{});  // NOLINT(bugprone-use-after-move): that is what is tested
  }
  CHECK(target->answers == 1);
  { const Responder forgotten(target); }
  CHECK(target->answers == 2);
}
