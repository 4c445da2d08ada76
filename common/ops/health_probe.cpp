#include "common/ops/health_probe.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iostream>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include "common/base/unique_fd.h"

namespace webhooks::ops {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLongestAnswer = 8192;

using Found = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Found look_up(const options::Address& address) {
  const std::string host = address.host == "0.0.0.0" ? "127.0.0.1"
                           : address.host == "::"    ? "::1"
                                                     : address.host;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(address.port).c_str(), &hints, &found) != 0)
    found = nullptr;
  return {found, &::freeaddrinfo};
}

// False: `until` came first.
bool wait_for(const UniqueFd& socket, short events, Clock::time_point until) {
  for (;;) {
    const auto left = std::chrono::ceil<Millis>(until - Clock::now());
    if (left <= Millis(0)) return false;
    pollfd one{socket.get(), events, 0};
    const int ready = ::poll(&one, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// The connection, or errno.
int connect_to(const addrinfo& to, Clock::time_point until, UniqueFd& socket) {
  socket = UniqueFd(
      ::socket(to.ai_family, to.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, to.ai_protocol));
  if (!socket) return errno;
  if (::connect(socket.get(), to.ai_addr, to.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!wait_for(socket, POLLOUT, until)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

// All that comes until the other side closes; what there is by `until` otherwise.
std::string read_answer(const UniqueFd& socket, Clock::time_point until) {
  std::string answer;
  char buffer[1024];
  while (answer.size() < kLongestAnswer && wait_for(socket, POLLIN, until)) {
    const ssize_t count = ::recv(socket.get(), buffer, sizeof buffer, 0);
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) break;
    if (count > 0) answer.append(buffer, static_cast<std::size_t>(count));
  }
  return answer;
}

std::string first_line(std::string_view text) {
  std::string line(text.substr(0, std::min(text.find_first_of("\r\n"), std::size_t{200})));
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return line;
}

}  // namespace

std::optional<std::string> why_not_ready(const options::Address& address, Millis patience) {
  const auto until = Clock::now() + patience;
  const std::string where = options::format_address(address);
  const Found found = look_up(address);
  if (!found) return where + ": there is no such host";
  UniqueFd socket;
  if (const int error = connect_to(*found, until, socket); error != 0)
    return where + ": " + std::strerror(error);
  constexpr std::string_view kRequest =
      "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (::send(socket.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(kRequest.size()))
    return where + ": " + std::strerror(errno);
  const std::string answer = read_answer(socket, until);
  if (answer.starts_with("HTTP/1.1 200 ")) return std::nullopt;
  if (answer.empty()) return where + ": no answer";
  const auto body = answer.find("\r\n\r\n");
  const std::string why =
      body == std::string::npos ? "" : first_line(std::string_view(answer).substr(body + 4));
  return where + ": " + (why.empty() ? first_line(answer) : why);
}

int run_health_command(std::string_view program, const options::Address& address) {
  const auto why = why_not_ready(address, std::chrono::seconds(2));
  if (why) std::cerr << program << ": " << *why << std::endl;
  return why ? 1 : 0;
}

}  // namespace webhooks::ops
