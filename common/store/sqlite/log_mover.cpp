#include "common/store/sqlite/log_mover.h"

#include "common/base/log.h"

namespace webhooks::store::sqlite {

LogMover::LogMover(Connection& writer) : writer_(writer) {
  sqlite3_wal_hook(writer_.handle(), note_pages, this);
}

LogMover::~LogMover() {
  sqlite3_wal_hook(writer_.handle(), nullptr, nullptr);
  if (!thread_) return;
  thread_->request_stop();
  work_.release();
}

int LogMover::note_pages(void* self, sqlite3*, const char*, int pages) {
  static_cast<LogMover*>(self)->pages_ = pages;
  return SQLITE_OK;
}

void LogMover::after_commit() {
  if (pages_ < begun_at_) begun_at_ = 0;  // it has begun anew
  switch (state_.load()) {
    case State::idle:
      if (pages_ - begun_at_ < kLogPages) return;
      begun_at_ = pages_;
      state_ = State::moving;
      if (!thread_) thread_.emplace([this](const std::stop_token& stop) { run(stop); });
      work_.release();
      return;
    case State::moving:
      return;
    case State::moved:
      writer_.move_log();
      state_ = State::idle;
      return;
  }
}

void LogMover::run(const std::stop_token& stop) {
  std::optional<Connection> db;
  for (;;) {
    work_.acquire();
    if (stop.stop_requested()) return;
    try {
      if (!db) db.emplace(writer_.path(), Connection::Mode::existing);
      db->move_log();
    } catch (const StoreError& error) {
      log::warn("store.log_not_moved", {{"error", error.what()}});
    }
    state_ = State::moved;
  }
}

}  // namespace webhooks::store::sqlite
