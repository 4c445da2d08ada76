#include <algorithm>
#include <ares.h>
#include <array>
#include <cstring>
#include <netdb.h>
#include <poll.h>
#include <stdexcept>

#include "common/base/guarded.h"
#include "worker/outbound/address_cache.h"
#include "worker/outbound/resolver.h"

namespace webhooks::worker {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kChannelAge = std::chrono::minutes(1);  // then resolv.conf is read again

// One c-ares channel; one name at a time.
class Channel {
 public:
  explicit Channel(const ResolverConfig& config)
      : made_(Clock::now()), resolution_delay_(config.resolution_delay) {
    ares_options options{};
    // No search domains: a webhook's host is a whole name, and "metadata" must not become a
    // neighbour's.
    options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
    options.timeout = static_cast<int>(config.try_timeout.count());
    options.tries = config.tries;
    std::string lookups = "fb";  // files, then DNS
    options.lookups = lookups.data();
    const int status =
        ares_init_options(&channel_, &options,
                          ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS);
    if (status != ARES_SUCCESS)
      throw std::runtime_error(std::string("c-ares: ") + ares_strerror(status));
    std::string servers;
    for (const std::string& server : config.servers)
      servers += (servers.empty() ? "" : ",") + server;
    if (!servers.empty() && ares_set_servers_ports_csv(channel_, servers.c_str()) != ARES_SUCCESS) {
      ares_destroy(channel_);
      throw std::runtime_error("c-ares: bad server list " + servers);
    }
  }
  ~Channel() { ares_destroy(channel_); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  bool fresh() const { return Clock::now() - made_ < kChannelAge; }

  struct Family {
    int status = ARES_ECANCELLED;
    bool done = false;
    int ttl = 0;  // seconds, the shortest of all records
    std::vector<IpAddress> addresses;
  };
  struct Answer {
    Family v6, v4;
    bool aborted = false;
  };

  // Asks for both families at once. When one has answered, the other gets a little longer only:
  // some name servers never answer for AAAA.
  Answer ask(const std::string& host, const Deadline& deadline) {
    Answer answer;
    start(host, AF_INET6, answer.v6);
    start(host, AF_INET, answer.v4);
    std::optional<Deadline> grace;
    while (!answer.v6.done || !answer.v4.done) {
      const bool usable = !answer.v6.addresses.empty() || !answer.v4.addresses.empty();
      if (usable && !grace) grace = deadline.sooner(resolution_delay_);
      if (!step(grace ? *grace : deadline)) {
        answer.aborted = deadline.aborted();
        break;
      }
    }
    ares_cancel(channel_);  // what is still asked ends before this returns
    return answer;
  }

 private:
  // Waits for the query's sockets and lets c-ares work on them. False: the deadline passed or was
  // aborted.
  bool step(const Deadline& deadline) {
    std::array<ares_socket_t, ARES_GETSOCK_MAXNUM> sockets{};
    const int bits = ares_getsock(channel_, sockets.data(), static_cast<int>(sockets.size()));
    std::array<pollfd, ARES_GETSOCK_MAXNUM + 1> polls{};
    nfds_t count = 0;
    for (int i = 0; i < ARES_GETSOCK_MAXNUM; ++i) {
      const short events = static_cast<short>((ARES_GETSOCK_READABLE(bits, i) ? POLLIN : 0) |
                                              (ARES_GETSOCK_WRITABLE(bits, i) ? POLLOUT : 0));
      if (events != 0) polls[count++] = {sockets[static_cast<std::size_t>(i)], events, 0};
    }
    const nfds_t asked = count;
    polls[count++] = {deadline.abort_fd(), POLLIN, 0};

    const auto left = std::min<Millis::rep>(deadline.left().count(), 60'000);
    if (left == 0) return false;
    timeval longest{static_cast<time_t>(left / 1000), static_cast<suseconds_t>(left % 1000 * 1000)};
    timeval next{};
    const timeval* const wait = ares_timeout(channel_, &longest, &next);
    // Rounded up, else the last fraction of a millisecond is spent spinning.
    const int wait_ms = static_cast<int>(wait->tv_sec * 1000 + (wait->tv_usec + 999) / 1000);
    const int ready = ::poll(polls.data(), count, wait_ms);
    if (ready > 0 && polls[asked].revents != 0) return false;
    for (nfds_t i = 0; i < asked; ++i) {
      const bool readable = (polls[i].revents & (POLLIN | POLLERR | POLLHUP)) != 0;
      const bool writable = (polls[i].revents & POLLOUT) != 0;
      if (readable || writable)
        ares_process_fd(channel_, readable ? polls[i].fd : ARES_SOCKET_BAD,
                        writable ? polls[i].fd : ARES_SOCKET_BAD);
    }
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);  // its timeouts
    return true;
  }

  void start(const std::string& host, int family, Family& out) {
    ares_addrinfo_hints hints{};
    // NOSORT: sorting by RFC 6724 opens and connects a UDP socket for each address.
    hints.ai_flags = ARES_AI_NOSORT;
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    ares_getaddrinfo(channel_, host.c_str(), nullptr, &hints, &Channel::on_answer, &out);
  }

  static void on_answer(void* argument, int status, int, ares_addrinfo* info) {
    auto& out = *static_cast<Family*>(argument);
    out.status = status;
    out.done = true;
    const std::unique_ptr<ares_addrinfo, void (*)(ares_addrinfo*)> owned(info, ares_freeaddrinfo);
    if (status != ARES_SUCCESS || info == nullptr || info->nodes == nullptr) return;
    out.ttl = info->nodes->ai_ttl;
    for (const ares_addrinfo_node* node = info->nodes; node != nullptr; node = node->ai_next) {
      IpAddress address;
      address.v6 = node->ai_family == AF_INET6;
      if (address.v6) {
        std::memcpy(address.bytes.data(),
                    &reinterpret_cast<sockaddr_in6*>(node->ai_addr)->sin6_addr, 16);
      } else {
        std::memcpy(address.bytes.data(), &reinterpret_cast<sockaddr_in*>(node->ai_addr)->sin_addr,
                    4);
      }
      out.ttl = std::min(out.ttl, node->ai_ttl);
      out.addresses.push_back(address);
    }
  }

  ares_channel channel_ = nullptr;
  Clock::time_point made_;
  const Millis resolution_delay_;
};

// The families in turn, so that a dead one costs one try before the other gets its chance (RFC 8305
// section 4).
std::vector<IpAddress> interleave(const Channel::Answer& answer, std::size_t most) {
  const auto& v6 = answer.v6.addresses;
  const auto& v4 = answer.v4.addresses;
  std::vector<IpAddress> out;
  for (std::size_t i = 0; i < std::max(v6.size(), v4.size()); ++i) {
    if (i < v6.size()) out.push_back(v6[i]);
    if (i < v4.size()) out.push_back(v4[i]);
  }
  if (out.size() > most) out.resize(most);
  return out;
}

int shortest_ttl(const Channel::Answer& answer) {
  if (answer.v6.addresses.empty()) return answer.v4.ttl;
  if (answer.v4.addresses.empty()) return answer.v6.ttl;
  return std::min(answer.v6.ttl, answer.v4.ttl);
}

bool timed_out(int status) { return status == ARES_ECANCELLED || status == ARES_ETIMEOUT; }

Failure failure_of(const Channel::Answer& answer) {
  if (timed_out(answer.v4.status) || timed_out(answer.v6.status))
    return {SendError::dns_timeout, "no answer from the resolver"};
  const int status = answer.v4.status == ARES_SUCCESS ? ARES_ENODATA : answer.v4.status;
  return {status == ARES_ENOMEM ? SendError::internal : SendError::dns_failure,
          ares_strerror(status)};
}

// RFC 6761 section 6.3: loopback, whatever a file or a name server says. c-ares 1.18 knows it too,
// but loses 10 bytes each time it is asked for ::1 where /etc/hosts names 127.0.0.1 alone.
bool is_localhost(const std::string& host) {
  return host == "localhost" || host.ends_with(".localhost");
}

std::vector<IpAddress> loopback() {
  return {parse_ip("127.0.0.1").value(), parse_ip("::1").value()};
}

class CaresResolver final : public Resolver {
 public:
  explicit CaresResolver(const ResolverConfig& config)
      : config_(config), cache_(config.cache_entries) {
    give_back(std::make_unique<Channel>(config_));  // fails here rather than at the first delivery
  }

  Result resolve(const std::string& host, const Deadline& deadline) override {
    if (is_localhost(host)) return loopback();
    if (auto cached = cache_.find(host, Clock::now())) return std::move(*cached);
    std::unique_ptr<Channel> channel;
    try {
      channel = borrow();
    } catch (const std::exception& failed) {
      return Failure{SendError::internal, failed.what()};
    }
    const Channel::Answer answer = channel->ask(host, deadline);
    give_back(std::move(channel));
    if (answer.aborted) return Failure{SendError::internal, "aborted"};

    auto addresses = interleave(answer, config_.max_addresses);
    if (addresses.empty()) return failure_of(answer);
    const Millis ttl =
        std::min<Millis>(std::chrono::seconds(shortest_ttl(answer)), config_.longest_cached);
    if (ttl.count() > 0) cache_.store(host, addresses, Clock::now() + ttl);
    return addresses;
  }

 private:
  // A channel serves one name at a time, so there are as many as senders that resolve at once.
  std::unique_ptr<Channel> borrow() {
    auto channel = idle_.with([](auto& idle) -> std::unique_ptr<Channel> {
      if (idle.empty()) return nullptr;
      auto last = std::move(idle.back());
      idle.pop_back();
      return last;
    });
    return channel && channel->fresh() ? std::move(channel) : std::make_unique<Channel>(config_);
  }

  void give_back(std::unique_ptr<Channel> channel) {
    idle_.with([&](auto& idle) { idle.push_back(std::move(channel)); });
  }

  const ResolverConfig config_;
  AddressCache cache_;
  Guarded<std::vector<std::unique_ptr<Channel>>> idle_;
};

// ares_library_init is not thread-safe and counted: kept by the one static, which is ready before
// any resolver.
struct AresLibrary {
  AresLibrary() { ares_library_init(ARES_LIB_INIT_ALL); }
  ~AresLibrary() { ares_library_cleanup(); }
};

}  // namespace

std::shared_ptr<Resolver> make_cares_resolver(const ResolverConfig& config) {
  static const AresLibrary library;
  return std::make_shared<CaresResolver>(config);
}

}  // namespace webhooks::worker
