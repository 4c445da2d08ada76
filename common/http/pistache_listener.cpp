#include "common/http/pistache_listener.h"

#include <cstdlib>
#include <dirent.h>
#include <exception>
#include <fcntl.h>
#include <netinet/in.h>
#include <optional>
#include <pistache/listener.h>
#include <pistache/peer.h>
#include <pistache/tcp.h>
#include <pistache/transport.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "common/base/guarded.h"
#include "common/base/log.h"
#include "common/base/unique_fd.h"

namespace webhooks::http {
namespace {

namespace tcp = Pistache::Tcp;

constexpr int kBacklog = 1024;
constexpr std::size_t kReadAtOnce = 1024 * 1024;

// Pistache clones the handler for each I/O thread, which alone uses its clone. An exception that
// left one of these calls would end the process. The connections are held here rather than by
// Pistache's peers, because the accepting thread may be the last to let go of a peer, and late.
class Handler final : public tcp::Handler {
  PROTOTYPE_OF(tcp::Handler, Handler)

 public:
  explicit Handler(PistacheListener::Accept accept) : accept_(std::move(accept)) {}

  void onConnection(const std::shared_ptr<tcp::Peer>& peer) override {
    try {
      if (auto inbound = accept_(peer->fd())) {
        inbound_.insert_or_assign(peer->fd(), std::move(inbound));
        return;
      }
    } catch (const std::exception& error) {
      log::error("http.accept_failed", {{"error", error.what()}});
    }
    ::shutdown(peer->fd(), SHUT_RDWR);
  }

  void onInput(const char* bytes, std::size_t size,
               const std::shared_ptr<tcp::Peer>& peer) override {
    try {
      const auto found = inbound_.find(peer->fd());
      if (found != inbound_.end()) found->second->on_bytes({bytes, size});
    } catch (const std::exception& error) {
      log::error("http.input_failed", {{"error", error.what()}});
      ::shutdown(peer->fd(), SHUT_RDWR);
    }
  }

  void onDisconnection(const std::shared_ptr<tcp::Peer>& peer) override {
    try {
      if (const auto entry = inbound_.extract(peer->fd())) entry.mapped()->on_end();
    } catch (const std::exception& error) {
      log::error("http.end_failed", {{"error", error.what()}});
    }
  }

 private:
  PistacheListener::Accept accept_;
  std::unordered_map<int, std::shared_ptr<Inbound>>
      inbound_;  // by descriptor, which is open while it is in here
};

// Pistache polls and we read: in larger pieces than its 4 KiB, and giving others their turn while
// one client keeps sending.
using Queues = Guarded<std::vector<int>>;

class Transport final : public tcp::Transport {
 public:
  Transport(std::shared_ptr<tcp::Handler> handler, std::shared_ptr<Queues> queues)
      : tcp::Transport(handler), handler_(std::move(handler)), queues_(std::move(queues)) {}

  std::shared_ptr<Pistache::Aio::Handler> clone() const override {
    return std::make_shared<Transport>(handler_->clone(), queues_);
  }

  void onReady(const Pistache::Aio::FdSet& ready) override {
    std::vector<Pistache::Polling::Event> others;  // its own queues
    for (const auto& entry : ready) {
      const auto found = peers.find(static_cast<int>(entry.getTag().value()));
      if (found != peers.end()) {
        // The base is private; only a C cast may look at the flags that Entry's own questions leave
        // out.
        const auto& flags = ((const Pistache::Polling::Event&)entry).flags;
        const bool ends = flags.hasFlag(NotifyOn::Shutdown) || flags.hasFlag(NotifyOn::Hangup);
        read(std::shared_ptr(found->second), ends);
      } else {
        remember(static_cast<int>(entry.getTag().value()));
        auto& event = others.emplace_back(entry.getTag());
        if (entry.isReadable()) event.flags.setFlag(NotifyOn::Read);
      }
    }
    if (!others.empty()) tcp::Transport::onReady(Pistache::Aio::FdSet(std::move(others)));
  }

 private:
  using NotifyOn = Pistache::Polling::NotifyOn;

  void remember(int queue) {
    if (std::exchange(last_queue_, queue) == queue) return;
    queues_->with([&](std::vector<int>& all) {
      if (std::find(all.begin(), all.end(), queue) == all.end()) all.push_back(queue);
    });
  }

  void read(const std::shared_ptr<tcp::Peer>& peer, bool ends) {
    std::array<char, 32 * 1024> buffer;  // NOLINT: filled by recv
    for (std::size_t total = 0; total < kReadAtOnce;) {
      const auto count = ::recv(peer->fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
      if (count > 0) {
        handler_->onInput(buffer.data(), static_cast<std::size_t>(count), peer);
        total += static_cast<std::size_t>(count);
        // That was all (epoll(7)), and what comes later is another edge. One call of four saved for
        // each request.
        if (static_cast<std::size_t>(count) < buffer.size() && !ends) return;
      } else if (count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        handler_->onDisconnection(peer);
        return removePeer(peer);
      } else if (errno != EINTR) {
        return;
      }
    }
    // Polled for edges, so ask for one more: others get their turn in between.
    reactor()->modifyFd(key(), peer->fd(), NotifyOn::Read | NotifyOn::Shutdown,
                        Pistache::Polling::Mode::Edge);
  }

  std::shared_ptr<tcp::Handler> handler_;
  std::shared_ptr<Queues> queues_;
  int last_queue_ = -1;
};

bool listens_on(int fd, std::uint16_t port) {
  int listening = 0;
  socklen_t size = sizeof listening;
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0)
    return false;
  sockaddr_storage address{};
  size = sizeof address;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return false;
  if (address.ss_family == AF_INET)
    return ntohs(reinterpret_cast<sockaddr_in&>(address).sin_port) == port;
  return address.ss_family == AF_INET6 &&
         ntohs(reinterpret_cast<sockaddr_in6&>(address).sin6_port) == port;
}

// Pistache keeps its listening descriptor private, and a listening port is one socket in a process.
std::optional<int> find_listening_socket(std::uint16_t port) {
  const std::unique_ptr<DIR, int (*)(DIR*)> all(::opendir("/proc/self/fd"), ::closedir);
  if (!all) return std::nullopt;
  while (const dirent* entry = ::readdir(all.get())) {
    const int fd = std::atoi(entry->d_name);
    if (fd > 2 && listens_on(fd, port)) return fd;
  }
  return std::nullopt;
}

}  // namespace

class PistacheListener::Impl {
 public:
  Impl(const std::string& host, std::uint16_t port, int threads, Accept accept)
      : listener(Pistache::Address(host, Pistache::Port(port))) {
    const auto options = Pistache::Flags<tcp::Options>(tcp::Options::ReuseAddr) |
                         tcp::Options::NoDelay | tcp::Options::CloseOnExec;
    listener.init(static_cast<std::size_t>(threads), options, "http", kBacklog);
    const auto handler = std::make_shared<Handler>(std::move(accept));
    listener.setHandler(handler);
    listener.setTransportFactory(
        [handler, seen = queues] { return std::make_shared<Transport>(handler, seen); });
  }

  std::shared_ptr<Queues> queues = std::make_shared<Queues>();
  tcp::Listener listener;
};

PistacheListener::PistacheListener(const std::string& host, std::uint16_t port, int threads,
                                   Accept accept)
    : impl_(std::make_unique<Impl>(host, port, threads, std::move(accept))) {}

PistacheListener::~PistacheListener() = default;

void PistacheListener::start() {
  impl_->listener.bind();
  impl_->listener.runThreaded();
}

std::uint16_t PistacheListener::port() const { return impl_->listener.getPort(); }

void PistacheListener::nudge() {
  const std::uint64_t one = 1;
  impl_->queues->with([&](const std::vector<int>& all) {
    for (const int queue : all)
      [[maybe_unused]] const auto written = ::write(queue, &one, sizeof one);
  });
}

// Pistache can only stop everything at once. Replacing what its descriptor means closes the
// listening socket for the kernel, and so for new clients, while its thread waits on: an
// unconnected socket never becomes ready, and an accept() already on its way gets EINVAL, which
// Pistache passes over (EBADF or ENOTSOCK would end the process).
void PistacheListener::stop_accepting() {
  const auto listening = find_listening_socket(port());
  const UniqueFd unconnected(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!listening || !unconnected || ::dup3(unconnected.get(), *listening, O_CLOEXEC) < 0) {
    log::warn("http.still_accepting", {{"port", port()}});
  }
}

}  // namespace webhooks::http
