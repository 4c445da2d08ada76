#pragma once

#include <atomic>
#include <chrono>

#include "common/base/time.h"
#include "common/base/unique_fd.h"

namespace webhooks::worker {

// Ends every wait of every sender that was given it. One way: once raised it stays raised.
// Thread-safe, and raise() is async-signal-safe.
class AbortSignal {
 public:
  // Throws std::system_error when the process is out of descriptors.
  AbortSignal();
  void raise() noexcept;
  bool raised() const { return raised_.load(std::memory_order_relaxed); }
  int fd() const { return event_.get(); }  // readable once raised

 private:
  UniqueFd event_;
  std::atomic<bool> raised_{false};
};

// The one hard limit in time of an attempt: every wait in it goes through here. Copyable; one
// thread at a time.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  // `abort` may be null, else it must outlive the deadline and its copies.
  Deadline(Clock::time_point until, const AbortSignal* abort) : until_(until), abort_(abort) {}
  static Deadline after(Millis span, const AbortSignal* abort) {
    return {Clock::now() + span, abort};
  }

  Millis left() const;  // rounded up, never negative
  bool passed() const { return left().count() == 0; }
  bool aborted() const { return abort_ != nullptr && abort_->raised(); }
  int abort_fd() const { return abort_ == nullptr ? -1 : abort_->fd(); }

  // The first of this deadline and `span` from now.
  Deadline sooner(Millis span) const;

  enum class Wait { ready, timed_out, aborted };
  struct Waited {
    Wait wait;
    short events = 0;  // poll(2) revents, when ready
  };
  // Waits until `fd` has one of `events` (POLLIN, POLLOUT) or an error.
  Waited wait_for(int fd, short events) const;

 private:
  Clock::time_point until_;
  const AbortSignal* abort_;
};

}  // namespace webhooks::worker
