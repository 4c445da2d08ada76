#pragma once

#include <string_view>

namespace webhooks::http {

// What the polling layer tells about one socket, on the thread that polls it. Must not throw.
class Inbound {
 public:
  virtual ~Inbound() = default;
  virtual void on_bytes(std::string_view bytes) = 0;
  virtual void on_end() = 0;  // nothing more will come; the answers may still be read
};

}  // namespace webhooks::http
