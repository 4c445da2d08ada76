#pragma once

#include <atomic>
#include <optional>
#include <semaphore>
#include <thread>

#include "common/store/sqlite/connection.h"

namespace webhooks::store::sqlite {

// Moves the write-ahead log into the database (a checkpoint) beside its writer, who would else wait
// for the disk at every 16,000th page: the log is on a thread of its own while turns go on. What
// they wrote meanwhile is little; the writer moves that itself, commit after commit, until nobody
// reads it any more and the log begins anew.
class LogMover {
 public:
  // Takes the place of `writer`'s automatic checkpoints, from the first after_commit() on; `writer`
  // must outlive it. `log_pages`: of the log when it is to be moved.
  explicit LogMover(Connection& writer, int log_pages = kLogPages);
  LogMover(const LogMover&) = delete;
  LogMover& operator=(const LogMover&) = delete;
  ~LogMover();  // waits for a checkpoint that is under way

  // To be called after commits, on the writer's thread, outside of a transaction. Throws nothing: a
  // checkpoint that fails is told to the log and tried again, and the log grows meanwhile.
  void after_commit() noexcept;

  // Returns once no checkpoint is under way beside the writer, which may be at once. Thread-safe.
  void wait_until_moved() const noexcept { state_.wait(State::moving); }

 private:
  enum class State { idle, moving, moved };

  static int note_pages(void* self, sqlite3*, const char*, int pages);
  void begin();
  void move(Connection& db) noexcept;
  void run(const std::stop_token& stop);

  Connection& writer_;
  const int log_pages_;
  bool counts_pages_ = false;
  int pages_ = 0;  // in the log, as of the last commit
  int pages_before_ = 0;
  std::atomic<State> state_ = State::idle;
  std::atomic<bool> fails_ = false;  // the last checkpoint did
  std::counting_semaphore<2> work_{0};
  std::optional<std::jthread> thread_;  // from the first checkpoint on
};

}  // namespace webhooks::store::sqlite
