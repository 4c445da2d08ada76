#include "tests/bench/engine/receiver.h"

#include <arpa/inet.h>
#include <cstdlib>
#include <memory>
#include <netinet/tcp.h>
#include <new>
#include <openssl/err.h>
#include <openssl/ssl.h>
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
#include "common/base/free_with.h"
#include "tests/support/test_certificates.h"

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

using Tls = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;

Tls server_tls() {
  Tls context(SSL_CTX_new(TLS_server_method()));
  const test::Identity identity = test::authority().issue();
  SSL_CTX_use_certificate(context.get(), identity.certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), identity.key.get());
  return context;
}

struct Client {
  Client(int fd, SSL_CTX* context) : socket(fd) {
    if (context == nullptr) return;
    ssl.reset(SSL_new(context));
    SSL_set_fd(ssl.get(), fd);
    SSL_set_accept_state(ssl.get());
  }

  // Appends what has come to `input`; false: the client has gone.
  bool read() {
    char bytes[16384];
    if (!ssl) {
      const ssize_t got = ::read(socket, bytes, sizeof bytes);
      if (got > 0) input.append(bytes, static_cast<std::size_t>(got));
      return got > 0;
    }
    for (;;) {
      ERR_clear_error();
      const int got = SSL_read(ssl.get(), bytes, sizeof bytes);
      if (got <= 0) return SSL_get_error(ssl.get(), got) == SSL_ERROR_WANT_READ;
      input.append(bytes, static_cast<std::size_t>(got));
    }
  }

  // Answers are short enough never to wait.
  bool write(std::string_view answer) {
    return ssl ? SSL_write(ssl.get(), answer.data(), static_cast<int>(answer.size())) > 0
               : ::write(socket, answer.data(), answer.size()) > 0;
  }

  int socket;
  std::unique_ptr<SSL, FreeWith<SSL_free>> ssl;
  std::string input;
};

}  // namespace

void Receiver::serve(int listening, Manner manner, Shared& shared) {
  const int epoll = ::epoll_create1(0);
  watch(epoll, listening);
  const auto tls = manner == Manner::tls ? server_tls() : nullptr;
  std::unordered_map<int, Client> clients;
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
        clients.insert_or_assign(accepted, Client(accepted, tls.get()));
        continue;
      }
      Client& client = clients.at(socket);
      if (!client.read()) {
        ::close(socket);
        clients.erase(socket);
        continue;
      }
      const int came = take_requests(client.input);
      shared.requests += came;
      if (came > 0) shared.last = std::chrono::steady_clock::now().time_since_epoch().count();
      for (int left = came; left > 0 && manner != Manner::hang; --left)
        if (!client.write(kAnswer)) break;
    }
  }
}

Receiver::Receiver(Manner manner) {
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
    serve(listening, manner, *shared_);
  }
  ::close(listening);
}

Receiver::~Receiver() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  ::munmap(shared_, sizeof(Shared));
}

}  // namespace webhooks::bench
