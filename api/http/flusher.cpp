#include "api/http/flusher.h"

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <system_error>

namespace webhooks::http {
namespace {

UniqueFd checked(int fd, const char* what) {
  if (fd < 0) throw std::system_error(errno, std::generic_category(), what);
  return UniqueFd(fd);
}

}  // namespace

Flusher::Flusher(Duration interval, std::function<void(Steady)> tick)
    : interval_(interval),
      tick_(std::move(tick)),
      epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(checked(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = 0}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0) {
    throw std::system_error(errno, std::generic_category(), "epoll_ctl");
  }
}

Flusher::~Flusher() { stop(); }

void Flusher::start() {
  thread_ = std::thread([this] { run(); });
}

void Flusher::stop() {
  shared_.with([](Shared& shared) { shared.stopped = true; });
  wake();
  if (thread_.joinable()) thread_.join();
  const auto dropped = shared_.with([](Shared& shared) {
    return std::pair(std::move(shared.watched), std::move(shared.posted));
  });
}

std::uint64_t Flusher::watch(std::shared_ptr<IoEvents> events, int socket) {
  return shared_.with([&](Shared& shared) -> std::uint64_t {
    if (shared.stopped) return 0;
    const auto key = ++shared.last_key;
    epoll_event event{.events = EPOLLOUT | EPOLLONESHOT, .data = {.u64 = key}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket, &event) != 0) return 0;
    shared.watched.emplace(key, Watched{std::move(events), socket});
    return key;
  });
}

std::shared_ptr<IoEvents> Flusher::unwatch(std::uint64_t key) {
  return shared_.with([&](Shared& shared) -> std::shared_ptr<IoEvents> {
    const auto entry = shared.watched.find(key);
    if (entry == shared.watched.end()) return nullptr;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, entry->second.socket, nullptr);
    auto events = std::move(entry->second.events);
    shared.watched.erase(entry);
    return events;
  });
}

void Flusher::post(std::shared_ptr<IoEvents> events) {
  const bool first = shared_.with([&](Shared& shared) {
    if (shared.stopped) return false;
    shared.posted.push_back(std::move(events));
    return shared.posted.size() == 1;
  });
  if (first) wake();
}

void Flusher::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.get(), &one, sizeof one);
}

void Flusher::run() {
  Steady next_tick = std::chrono::steady_clock::now() + interval_;
  std::array<epoll_event, 64> ready{};
  while (!shared_.with([](const Shared& shared) { return shared.stopped; })) {
    const auto wait = std::chrono::ceil<Duration>(next_tick - std::chrono::steady_clock::now());
    const int timeout = static_cast<int>(std::max(Duration{0}, wait).count());
    const int count = ::epoll_wait(epoll_.get(), ready.data(), ready.size(), timeout);
    for (int i = 0; i < count; ++i) {
      const auto key = ready[static_cast<std::size_t>(i)].data.u64;
      if (key == 0) {
        std::uint64_t ignored = 0;
        [[maybe_unused]] const auto read = ::read(wake_.get(), &ignored, sizeof ignored);
      } else if (const auto events = unwatch(key)) {
        events->on_writable();
      }
    }
    const auto posted =
        shared_.with([](Shared& shared) { return std::exchange(shared.posted, {}); });
    for (const auto& events : posted) events->on_resume();
    if (const auto now = std::chrono::steady_clock::now(); now >= next_tick) {
      tick_(now);
      next_tick = now + interval_;
    }
  }
}

}  // namespace webhooks::http
