#pragma once

#include <cstddef>
#include <deque>
#include <string>

namespace webhooks::http {

// Bytes on their way to one socket. Not thread-safe.
class Output {
 public:
  enum class Result {
    drained,  // nothing is left
    blocked,  // the socket takes no more now
    broken,   // the client has gone
  };

  void append(std::string bytes);

  // Writes what the socket takes without waiting; never raises SIGPIPE.
  Result write_to(int socket);

  void clear();
  bool empty() const { return pieces_.empty(); }
  std::size_t size() const { return size_; }  // bytes not yet written

 private:
  void written(std::size_t count);

  std::deque<std::string> pieces_;
  std::size_t offset_ = 0;  // of the first piece
  std::size_t size_ = 0;
};

}  // namespace webhooks::http
