#include "common/store/sqlite/log_watch.h"

#include <cerrno>
#include <sys/inotify.h>
#include <unistd.h>

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

bool LogWatch::is_quiet(Instant now) {
  if (was_written()) written_ = now;
  if (!inotify_ || now - written_ < kLongestCommit || now - looked_ >= kLookAnyway) {
    looked_ = now;
    return false;
  }
  return true;
}

bool LogWatch::was_written() {
  if (!inotify_) return true;
  alignas(inotify_event) char events[4096];
  const ssize_t size = ::read(inotify_.get(), events, sizeof events);
  if (size < 0) return errno != EAGAIN;
  bool is_same_file = true;
  for (ssize_t at = 0; at < size;) {
    const auto& event = *reinterpret_cast<const inotify_event*>(events + at);
    if ((event.mask & (IN_IGNORED | IN_MOVE_SELF)) != 0) is_same_file = false;
    at += static_cast<ssize_t>(sizeof event + event.len);
  }
  if (!is_same_file) inotify_ = UniqueFd();
  return true;
}

}  // namespace webhooks::store::sqlite
