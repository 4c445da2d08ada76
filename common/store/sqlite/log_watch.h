#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "common/base/unique_fd.h"

namespace webhooks::store::sqlite {

// Tells for one system call whether it is worth asking SQLite for changes, which takes a dozen
// times as long on a processor that has slept: whoever commits writes to the write-ahead log, and
// the kernel tells who watches that file (inotify(7)).
class LogWatch {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // `log`: the write-ahead log's path; nullptr, or a file that cannot be watched: is_quiet() is
  // never true.
  explicit LogWatch(const char* log);
  LogWatch(const LogWatch&) = delete;
  LogWatch& operator=(const LogWatch&) = delete;
  ~LogWatch();

  // True when nothing has been written for a while: then nothing can have been committed. Now and
  // then it is false all the same, in case the kernel kept something to itself.
  bool is_quiet(Instant now);

  // Calls `wake` once, on a thread of its own, when the log is written to after the last
  // is_quiet(). Returns false, and calls nothing, where it was written to of late or cannot be
  // watched: who asks must go on looking. An empty `wake` takes the wish back: the one before is
  // not called any more once this has returned.
  bool wake_when_written(std::function<void()> wake, Instant now);

 private:
  bool can_tell() const { return inotify_ && !is_lost_; }
  bool was_written();
  void run(const std::stop_token& stop);

  UniqueFd inotify_;
  std::atomic<bool> is_lost_ = false;  // what is watched is not the log any more
  UniqueFd stopped_;                   // readable when the thread must end
  Instant written_;
  Instant looked_;
  std::mutex mutex_;
  std::condition_variable_any asked_;
  std::function<void()> wake_;  // empty: nobody asks
  std::jthread thread_;         // from the first wake_when_written() on
};

}  // namespace webhooks::store::sqlite
