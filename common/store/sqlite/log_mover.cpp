#include "common/store/sqlite/log_mover.h"

#include <system_error>
#include <utility>

#include "common/base/log.h"

namespace webhooks::store::sqlite {

LogMover::LogMover(Connection& writer, int log_pages) : writer_(writer), log_pages_(log_pages) {}

LogMover::~LogMover() {
  if (counts_pages_) sqlite3_wal_hook(writer_.handle(), nullptr, nullptr);
  if (!thread_) return;
  thread_->request_stop();
  work_.release();
}

int LogMover::note_pages(void* self, sqlite3*, const char*, int pages) {
  static_cast<LogMover*>(self)->pages_ = pages;
  return SQLITE_OK;
}

void LogMover::after_commit() noexcept {
  if (!std::exchange(counts_pages_, true)) sqlite3_wal_hook(writer_.handle(), note_pages, this);
  const bool begun_anew = pages_ < std::exchange(pages_before_, pages_);
  switch (state_.load()) {
    case State::idle:
      if (pages_ >= log_pages_) begin();
      return;
    case State::moving:
      return;
    case State::moved:
      if (begun_anew)
        state_ = State::idle;
      else
        move(writer_);
      return;
  }
}

void LogMover::begin() {
  try {
    if (!thread_) thread_.emplace([this](const std::stop_token& stop) { run(stop); });
  } catch (const std::system_error&) {  // no more threads for us
    move(writer_);
    return;
  }
  state_ = State::moving;
  work_.release();
}

void LogMover::move(Connection& db) noexcept {
  try {
    db.move_log();
    fails_ = false;
  } catch (const std::exception& error) {
    if (!fails_.exchange(true)) log::warn("store.log_not_moved", {{"error", error.what()}});
  }
}

void LogMover::run(const std::stop_token& stop) {
  std::optional<Connection> db;
  for (;;) {
    work_.acquire();
    if (stop.stop_requested()) return;
    try {
      if (!db) db.emplace(writer_.path(), Connection::Mode::existing);
      move(*db);
    } catch (
        const std::exception&) {  // it cannot be opened: the writer moves all of it, or tells why
    }
    state_ = State::moved;
    state_.notify_all();
  }
}

}  // namespace webhooks::store::sqlite
