#include "common/store/sqlite/log_watch.h"

#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace webhooks::store::sqlite {
namespace {

using namespace std::chrono_literals;

// A commit can be seen some time after its pages have been written: once they are on disk.
constexpr auto kLongestCommit = 2s;
constexpr auto kLookAnyway = 1s;

}  // namespace

LogWatch::LogWatch(const char* log) {
  if (log == nullptr) return;
  UniqueFd inotify(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (inotify && ::inotify_add_watch(inotify.get(), log, IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF) >= 0)
    inotify_ = std::move(inotify);
}

LogWatch::~LogWatch() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stopped_.get(), &one, sizeof one);
  thread_.join();
}

bool LogWatch::is_quiet(Instant now) {
  if (was_written()) written_ = now;
  if (!can_tell() || now - written_ < kLongestCommit || now - looked_ >= kLookAnyway) {
    looked_ = now;
    return false;
  }
  return true;
}

bool LogWatch::wake_when_written(std::function<void()> wake, Instant now) {
  const bool can = wake && can_tell() && now - written_ >= kLongestCommit;
  if (can && !thread_.joinable()) {
    stopped_ = UniqueFd(::eventfd(0, EFD_CLOEXEC));
    if (!stopped_) return false;
    try {
      thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
    } catch (const std::system_error&) {  // no more threads for us: who asks goes on looking
      return false;
    }
  }
  {
    const std::lock_guard lock(mutex_);
    wake_ = can ? std::move(wake) : nullptr;
  }
  if (can) asked_.notify_one();
  return can;
}

// The events stay unread: is_quiet() reads them, and until then they end every wait at once.
void LogWatch::run(const std::stop_token& stop) {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      if (!asked_.wait(lock, stop, [this] { return static_cast<bool>(wake_); })) return;
    }
    pollfd polls[2] = {{inotify_.get(), POLLIN, 0}, {stopped_.get(), POLLIN, 0}};
    if (::poll(polls, 2, -1) < 0 && errno != EINTR) {
      is_lost_ = true;
      return;
    }
    if (stop.stop_requested()) return;
    const std::lock_guard lock(mutex_);
    if (polls[0].revents != 0 && wake_) std::exchange(wake_, nullptr)();
  }
}

bool LogWatch::was_written() {
  if (!can_tell()) return true;
  alignas(inotify_event) char events[4096];
  const ssize_t size = ::read(inotify_.get(), events, sizeof events);
  if (size < 0) return errno != EAGAIN;
  for (ssize_t at = 0; at < size;) {
    const auto& event = *reinterpret_cast<const inotify_event*>(events + at);
    if ((event.mask & (IN_IGNORED | IN_MOVE_SELF)) != 0) is_lost_ = true;
    at += static_cast<ssize_t>(sizeof event + event.len);
  }
  return true;
}

}  // namespace webhooks::store::sqlite
