#include <algorithm>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/base/log.h"
#include "common/http/connection.h"

// The connection's other half: its deadlines, and how it ends.
namespace webhooks::http {
namespace {

Steady now() { return std::chrono::steady_clock::now(); }

}  // namespace

// Not what the kernel took: a socket becomes writable only when a third of its buffer, up to 800
// KB, is free, which a reader of 20 KB/s would not reach in the grace time.
std::uint64_t Connection::taken_by_client() const {
  int queued = 0;
  if (::ioctl(socket_.get(), SIOCOUTQ, &queued) != 0 || queued < 0) return 0;
  return written_ - std::min(written_, static_cast<std::uint64_t>(queued));
}

// Another grace time if enough moved in the last one.
bool Connection::extend(std::uint64_t moved, std::uint64_t& mark, Steady moment,
                        Steady& until) const {
  const auto& timeouts = core_->config.timeouts;
  const auto due = timeouts.slowest * static_cast<std::uint64_t>(timeouts.grace.count()) / 1000;
  if (moved < mark + due) return false;
  mark = moved;
  until = moment + timeouts.grace;
  return true;
}

// Brings the connection's end and its deadlines in line with what has just happened.
void Connection::settle() {
  if (dead_) return;
  if (overrun_ && !busy_) closing_ = true;
  if (closing_ && output_.empty() && !lingering_) {
    if (ended_) return end(Ending::quiet);
    lingering_ = true;
    ::shutdown(socket_.get(), SHUT_WR);
    read_deadline_ = now() + core_->config.timeouts.linger;
    core_->tell_drain();
  }
  const bool finished = !busy_ && !reading_ && backlog_.empty() && output_.empty();
  if (ended_ && finished) return end(Ending::quiet);
  if (!closing_) schedule();
  publish();
}

void Connection::schedule() {
  const auto& timeouts = core_->config.timeouts;
  const auto enter = [&](Phase phase) { return std::exchange(phase_, phase) != phase; };
  if (busy_ || !output_.empty()) {
    phase_ = Phase::handling;
    read_deadline_ = kNever;
  } else if (framer_.state() == Framer::State::idle) {
    if (enter(Phase::idle)) read_deadline_ = now() + timeouts.idle;
  } else if (framer_.state() == Framer::State::head) {
    if (enter(Phase::head)) read_deadline_ = now() + timeouts.header;
  } else if (enter(Phase::body)) {
    body_mark_ = 0;
    read_deadline_ = now() + timeouts.grace;
  }
}

void Connection::publish() {
  deadline.store(std::min(read_deadline_, write_deadline_).time_since_epoch().count(),
                 std::memory_order_relaxed);
}

void Connection::on_deadline(Steady moment) {
  const Lock lock(mutex_);
  if (dead_ || reading_) return;
  if (write_deadline_ <= moment &&
      !extend(taken_by_client(), taken_mark_, moment, write_deadline_)) {
    core_->counters.timeouts.fetch_add(1, std::memory_order_relaxed);
    return end(Ending::reset);
  }
  const bool uploading = phase_ == Phase::body && !closing_;
  if (read_deadline_ > moment ||
      (uploading && extend(framer_.body_bytes(), body_mark_, moment, read_deadline_))) {
    return publish();
  }
  if (lingering_) return end(Ending::quiet);
  core_->counters.timeouts.fetch_add(1, std::memory_order_relaxed);
  if (phase_ == Phase::idle) {
    closing_ = true;
  } else {
    refuse({408, "The request did not arrive in time."});
    flush();
  }
  settle();
}

// From here on nothing is read or written; the polling thread sees the end and lets go.
void Connection::end(Ending how) {
  if (dead_) return;
  dead_ = true;
  output_.clear();
  backlog_.clear();
  stream_.reset();
  // A client that reads no more never makes the socket writable, and its descriptor must not wait
  // for that.
  if (watched_ != 0) core_->flusher.forget(std::exchange(watched_, 0));
  if (std::exchange(busy_, false))
    core_->counters.in_flight.fetch_sub(1, std::memory_order_relaxed);
  deadline.store(kNever.time_since_epoch().count(), std::memory_order_relaxed);
  if (how == Ending::reset) {
    // A cut answer must not look whole, so no FIN: SHUT_RD sends none, and without linger the last
    // close resets.
    const linger none{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    ::shutdown(socket_.get(), SHUT_RD);
  } else {
    ::shutdown(socket_.get(), SHUT_RDWR);
  }
  core_->tell_drain();
}

bool Connection::is_working() {
  const Lock lock(mutex_);
  if (dead_) return false;
  int unread = 0;  // a request that came, but not yet to us, is told 503 rather than nothing
  return busy_ || !output_.empty() || lingering_ ||
         (::ioctl(socket_.get(), FIONREAD, &unread) == 0 && unread > 0);
}

void Connection::close() {
  const Lock lock(mutex_);
  // Nothing of a request is unread, so ending both ways cannot reset an answer away.
  if (phase_ == Phase::idle && output_.empty() && !closing_) return end(Ending::quiet);
  closing_ = true;
  settle();
}

void Connection::cut() {
  const Lock lock(mutex_);
  end(output_.empty() && !busy_ ? Ending::quiet : Ending::reset);
}

}  // namespace webhooks::http
