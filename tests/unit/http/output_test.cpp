#include "common/http/output.h"

#include <array>
#include <catch2/catch.hpp>
#include <sys/socket.h>

#include "common/base/unique_fd.h"

using webhooks::UniqueFd;
using namespace webhooks::http;

namespace {

struct Pair {
  UniqueFd ours, theirs;
  Pair() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    ours = UniqueFd(ends[0]);
    theirs = UniqueFd(ends[1]);
  }
  std::string read() {
    std::string out(1 << 16, '\0');
    const auto count = ::recv(theirs.get(), out.data(), out.size(), MSG_DONTWAIT);
    out.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return out;
  }
};

}  // namespace

TEST_CASE("pieces of all sizes arrive in order over a socket that blocks") {
  Pair pair;
  Output output;
  std::string sent;
  for (std::size_t i = 0; i < 400; ++i) {
    const std::string piece(i % 7 == 0 ? 30'000 + i : i, static_cast<char>('a' + i % 26));
    sent += piece;
    output.append(piece);
  }
  CHECK(output.size() == sent.size());
  std::string got;
  auto result = output.write_to(pair.ours.get());
  CHECK(result == Output::Result::blocked);
  while (result == Output::Result::blocked) {
    got += pair.read();
    result = output.write_to(pair.ours.get());
  }
  for (auto more = pair.read(); !more.empty(); more = pair.read()) got += more;
  CHECK(result == Output::Result::drained);
  CHECK(output.empty());
  CHECK(output.size() == 0);
  CHECK(got == sent);
}

TEST_CASE("a client that has gone is broken, and no signal") {
  Pair pair;
  pair.theirs = UniqueFd();
  Output output;
  output.append("hello");
  CHECK(output.write_to(pair.ours.get()) == Output::Result::broken);
}
