#include "worker/outbound/deadline.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>
#include <system_error>

namespace webhooks::worker {

AbortSignal::AbortSignal() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!event_) throw std::system_error(errno, std::generic_category(), "eventfd");
}

void AbortSignal::raise() noexcept {
  raised_.store(true, std::memory_order_relaxed);
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
}

Millis Deadline::left() const {
  return std::max(std::chrono::ceil<Millis>(until_ - Clock::now()), Millis(0));
}

Deadline Deadline::sooner(Millis span) const {
  return {std::min(until_, Clock::now() + span), abort_};
}

Deadline::Waited Deadline::wait_for(int fd, short events) const {
  for (;;) {
    const Millis span = left();
    if (span.count() == 0) return {Wait::timed_out};
    pollfd polls[2] = {{fd, events, 0},
                       {abort_fd(), POLLIN, 0}};  // poll skips a negative descriptor
    const int count =
        ::poll(polls, 2, static_cast<int>(std::min<Millis::rep>(span.count(), 60'000)));
    if (count < 0 && errno != EINTR)
      return {Wait::ready, POLLERR};  // ENOMEM: let the socket call fail
    if (count <= 0) continue;
    if (polls[1].revents != 0) return {Wait::aborted};
    return {Wait::ready, polls[0].revents};
  }
}

}  // namespace webhooks::worker
