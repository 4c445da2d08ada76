#pragma once

#include <atomic>
#include <optional>
#include <semaphore>
#include <thread>

#include "common/store/sqlite/connection.h"

namespace webhooks::store::sqlite {

// Moves the write-ahead log into the database (a checkpoint) beside its writer, who would else wait
// for the disk at every 4,000th page: the log is on a thread of its own while turns go on. What
// they wrote meanwhile is little; the writer moves that itself, and the log begins anew.
class LogMover {
 public:
  // Takes the place of `writer`'s automatic checkpoints. `writer` must outlive it.
  explicit LogMover(Connection& writer);
  LogMover(const LogMover&) = delete;
  LogMover& operator=(const LogMover&) = delete;
  ~LogMover();  // waits for a checkpoint that is under way

  // To be called after commits, on the writer's thread, outside of a transaction. A checkpoint that
  // fails is tried again later: the log only grows meanwhile.
  void after_commit();

 private:
  enum class State { idle, moving, moved };

  static int note_pages(void* self, sqlite3*, const char*, int pages);
  void run(const std::stop_token& stop);

  Connection& writer_;
  int pages_ = 0;     // in the log, as of the last commit
  int begun_at_ = 0;  // how many there were when it was last moved
  std::atomic<State> state_ = State::idle;
  std::counting_semaphore<2> work_{0};
  std::optional<std::jthread> thread_;  // from the first checkpoint on
};

}  // namespace webhooks::store::sqlite
