#include "common/http/date_header.h"

#include <array>
#include <ctime>

namespace webhooks::http {

std::string format_imf_fixdate(Time time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  // Not strftime's %a and %b: those follow the locale.
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::array<char, 64> text{};
  const std::string format = std::string(kDays.at(parts.tm_wday)) + ", %d " +
                             kMonths.at(parts.tm_mon) + " %Y %H:%M:%S GMT";
  const auto length = std::strftime(text.data(), text.size(), format.c_str(), &parts);
  return {text.data(), length};
}

void DateHeader::append_to(std::string& out) {
  const Time now = clock_->now();
  const auto second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  cached_.with([&](Cached& cached) {
    if (cached.second != second) {
      cached.second = second;
      cached.text = format_imf_fixdate(now);
    }
    out += cached.text;
  });
}

}  // namespace webhooks::http
