#pragma once

#include <memory>
#include <string>

#include "common/base/clock.h"
#include "common/base/guarded.h"

namespace webhooks::http {

// The Date field's value (RFC 9110 §5.6.7), made once a second. Thread-safe.
class DateHeader {
 public:
  explicit DateHeader(std::shared_ptr<const Clock> clock) : clock_(std::move(clock)) {}

  void append_to(std::string& out);

 private:
  struct Cached {
    std::int64_t second = -1;
    std::string text;
  };

  std::shared_ptr<const Clock> clock_;
  Guarded<Cached> cached_;
};

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::string format_imf_fixdate(Time time);

}  // namespace webhooks::http
