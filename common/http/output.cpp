#include "common/http/output.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>

namespace webhooks::http {
namespace {

constexpr std::size_t kJoinBelow =
    16 * 1024;  // copying less than this beats another piece to write
constexpr std::size_t kPiecesAtOnce = 16;

}  // namespace

void Output::append(std::string bytes) {
  if (bytes.empty()) return;
  size_ += bytes.size();
  if (!pieces_.empty() && pieces_.back().size() + bytes.size() <= kJoinBelow) {
    pieces_.back() += bytes;
  } else {
    pieces_.push_back(std::move(bytes));
  }
}

Output::Result Output::write_to(int socket) {
  while (!pieces_.empty()) {
    std::array<iovec, kPiecesAtOnce> parts{};
    msghdr message{};
    message.msg_iov = parts.data();
    for (auto& piece : pieces_) {
      if (message.msg_iovlen == parts.size()) break;
      const auto skip = message.msg_iovlen == 0 ? offset_ : 0;
      parts[message.msg_iovlen++] = {piece.data() + skip, piece.size() - skip};
    }
    const auto count = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      written(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return Result::blocked;
    } else if (errno != EINTR) {
      return Result::broken;
    }
  }
  return Result::drained;
}

void Output::written(std::size_t count) {
  size_ -= count;
  while (!pieces_.empty()) {
    const auto left = pieces_.front().size() - offset_;
    if (count < left) {
      offset_ += count;
      return;
    }
    count -= left;
    offset_ = 0;
    pieces_.pop_front();
  }
}

void Output::clear() {
  pieces_.clear();
  offset_ = 0;
  size_ = 0;
}

}  // namespace webhooks::http
