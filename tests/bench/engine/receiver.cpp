#include "tests/bench/engine/receiver.h"

#include <arpa/inet.h>
#include <cstdlib>
#include <netinet/tcp.h>
#include <new>
#include <signal.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <unordered_map>

#include "common/base/assert.h"

namespace webhooks::bench {
namespace {

constexpr std::string_view kAnswer = "HTTP/1.1 204 No Content\r\n\r\n";

// Cuts whole requests off the front; how many there were.
int take_requests(std::string& in) {
  int count = 0;
  for (;;) {
    const std::size_t head = in.find("\r\n\r\n");
    if (head == std::string::npos) return count;
    const std::size_t field = in.find("Content-Length: ");
    const std::size_t body = field < head ? std::strtoul(in.c_str() + field + 16, nullptr, 10) : 0;
    if (in.size() < head + 4 + body) return count;
    in.erase(0, head + 4 + body);
    ++count;
  }
}

void watch(int epoll, int socket) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = socket;
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event);
}

}  // namespace

void Receiver::serve(int listening, bool hang, Shared& shared) {
  const int epoll = ::epoll_create1(0);
  watch(epoll, listening);
  std::unordered_map<int, std::string> input;
  for (;;) {
    epoll_event ready[64];
    const int count = ::epoll_wait(epoll, ready, 64, -1);
    for (int i = 0; i < count; ++i) {
      const int socket = ready[i].data.fd;
      if (socket == listening) {
        const int accepted = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK);
        const int on = 1;
        ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(epoll, accepted);
        continue;
      }
      char bytes[16384];
      const ssize_t got = ::read(socket, bytes, sizeof bytes);
      if (got <= 0) {
        ::close(socket);
        input.erase(socket);
        continue;
      }
      std::string& in = input[socket].append(bytes, static_cast<std::size_t>(got));
      const int came = take_requests(in);
      shared.requests += came;
      if (came > 0) shared.last = std::chrono::steady_clock::now().time_since_epoch().count();
      for (int left = came; left > 0 && !hang; --left)
        if (::write(socket, kAnswer.data(), kAnswer.size()) < 0) break;
    }
  }
}

Receiver::Receiver(bool hang) {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  WEBHOOKS_ASSERT(::bind(listening, reinterpret_cast<sockaddr*>(&address), length) == 0);
  WEBHOOKS_ASSERT(::listen(listening, 1024) == 0);
  WEBHOOKS_ASSERT(::getsockname(listening, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  port_ = ntohs(address.sin_port);
  void* const memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  WEBHOOKS_ASSERT(memory != MAP_FAILED);
  shared_ = new (memory) Shared;
  process_ = ::fork();
  if (process_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(listening, hang, *shared_);
  }
  ::close(listening);
}

Receiver::~Receiver() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  ::munmap(shared_, sizeof(Shared));
}

}  // namespace webhooks::bench
