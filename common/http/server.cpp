#include "common/http/server.h"

#include <algorithm>
#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/socket.h>

#include "common/base/descriptors.h"
#include "common/base/log.h"
#include "common/http/connection.h"
#include "common/http/core.h"
#include "common/http/pistache_listener.h"

namespace webhooks::http {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kOtherDescriptors =
    256;  // database, logs, refused connections, everything else
constexpr int kDescriptorsEach = 2;

// Descriptors run out in Pistache's accept loop, where it would turn at full speed. So the limit is
// ours, and lower.
void fit_to_descriptors(Limits& limits) {
  const std::size_t wanted = limits.connections * kDescriptorsEach + kOtherDescriptors;
  const std::size_t files = raise_descriptor_limit(wanted);
  if (files >= wanted) return;
  const std::size_t spare = files > kOtherDescriptors ? files - kOtherDescriptors : 0;
  limits.connections = std::max<std::size_t>(spare / kDescriptorsEach, 16);
  log::warn("http.connections_limited",
            {{"connections", limits.connections}, {"descriptors", files}});
}

// Duplicates live in the upper half of the descriptor numbers: Pistache deals clients to its
// threads by number, and with duplicates in between every other number would be missing and half of
// the threads idle.
UniqueFd duplicate(int socket) {
  rlimit files{};
  const int from =
      ::getrlimit(RLIMIT_NOFILE, &files) == 0 ? static_cast<int>(files.rlim_cur / 2) : 0;
  return UniqueFd(::fcntl(socket, F_DUPFD_CLOEXEC, from));
}

std::string peer_address(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  char text[INET6_ADDRSTRLEN] = "";
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return text;
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in&>(address).sin_addr, text, sizeof text);
    return text;
  }
  const auto& bytes = reinterpret_cast<sockaddr_in6&>(address).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
    ::inet_ntop(AF_INET, bytes.s6_addr + 12, text, sizeof text);
  } else {
    ::inet_ntop(AF_INET6, &bytes, text, sizeof text);
  }
  return text;
}

std::shared_ptr<Inbound> admit(const std::shared_ptr<Core>& core, int socket) {
  auto peer = peer_address(socket);
  auto [verdict, slot] = core->admission.enter(peer);
  if (verdict != Admission::Verdict::admitted) ++core->counters.connections_refused;
  if (verdict == Admission::Verdict::dropped) return nullptr;
  UniqueFd own = duplicate(socket);
  if (!own) return nullptr;
  ++core->counters.connections;
  auto connection =
      std::make_shared<Connection>(core, std::move(own), std::move(peer), std::move(slot));
  if (verdict == Admission::Verdict::admitted) {
    connection->open();
  } else {
    connection->open_refused();
  }
  return connection;
}

// `done` is asked again whenever a connection has got on, and now and then.
template <class Done>
void wait_until(Core& core, Steady deadline, Done done) {
  while (!done() && std::chrono::steady_clock::now() < deadline) {
    std::unique_lock lock(core.drain_mutex);
    core.drain_progress.wait_until(lock,
                                   std::min(deadline, std::chrono::steady_clock::now() + 10ms));
  }
}

}  // namespace

Server::Server(ServerConfig config, Handler handler) {
  fit_to_descriptors(config.limits);
  core_ = std::make_shared<Core>(std::move(config), std::move(handler));
}

Server::~Server() { stop(0ms); }

void Server::start() {
  std::signal(SIGPIPE, SIG_IGN);
  const auto& config = core_->config;
  listener_ = std::make_unique<PistacheListener>(
      config.host, config.port, config.io_threads,
      [core = core_](int socket) { return admit(core, socket); });
  try {
    listener_->start();
  } catch (const std::exception& error) {
    listener_.reset();
    throw std::runtime_error("cannot listen on " + config.host + ":" + std::to_string(config.port) +
                             ": " + error.what());
  }
  core_->on_tick = [this] { listener_->nudge(); };
  core_->flusher.start();
  core_->streams.start();
  port_ = listener_->port();
}

std::uint16_t Server::port() const { return port_; }

void Server::stop(std::chrono::milliseconds drain) {
  if (!listener_) return;
  const auto deadline = std::chrono::steady_clock::now() + drain;
  core_->draining = true;
  listener_->stop_accepting();
  const auto nobody_waits = [this] {
    const auto all = core_->roster.all();
    return std::none_of(all.begin(), all.end(),
                        [](const auto& each) { return each->is_working(); });
  };
  wait_until(*core_, deadline, nobody_waits);
  for (const auto& connection : core_->roster.all()) connection->close();
  wait_until(*core_, deadline, nobody_waits);
  for (const auto& connection : core_->roster.all()) connection->cut();
  // Pistache closes a descriptor only when it sees the client's end, which cut() makes it see.
  wait_until(*core_, std::chrono::steady_clock::now() + 500ms,
             [this] { return core_->roster.all().empty(); });
  core_->streams.stop();
  core_->flusher.stop();
  listener_.reset();
}

Stats Server::stats() const {
  const Counters& counters = core_->counters;
  return {.connections = core_->admission.connections(),
          .connections_total = counters.connections,
          .connections_refused = counters.connections_refused,
          .requests_total = counters.requests,
          .requests_in_flight = counters.in_flight,
          .refusals_total = counters.refusals,
          .timeouts_total = counters.timeouts};
}

}  // namespace webhooks::http
