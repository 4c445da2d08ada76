#pragma once

#include <chrono>

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

  // True when nothing has been written for a while: then nothing can have been committed. Now and
  // then it is false all the same, in case the kernel kept something to itself.
  bool is_quiet(Instant now);

 private:
  bool was_written();

  UniqueFd inotify_;
  Instant written_;
  Instant looked_;
};

}  // namespace webhooks::store::sqlite
