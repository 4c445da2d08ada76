#include "common/base/time.h"

#include <array>
#include <charconv>
#include <fmt/format.h>

namespace webhooks {
namespace {

struct Unit {
  std::string_view suffix;
  Millis length;
};

constexpr std::array<Unit, 5> kUnits{{{"d", std::chrono::days(1)},
                                      {"h", std::chrono::hours(1)},
                                      {"m", std::chrono::minutes(1)},
                                      {"s", std::chrono::seconds(1)},
                                      {"ms", Millis(1)}}};
constexpr Millis kLongest = std::chrono::days(3660);

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// date::parse takes "1:2:3" and blanks; RFC 3339 §5.6 fixes the width of every part, so check it
// here.
bool has_rfc3339_shape(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < kShape.size() + 1) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const char want = kShape[i];
    if (want == 'd'   ? !is_digit(text[i])
        : want == 'T' ? text[i] != 'T' && text[i] != 't'
                      : text[i] != want)
      return false;
  }
  text.remove_prefix(kShape.size());
  if (text.front() == '.') {
    const std::size_t end = text.find_first_not_of("0123456789", 1);
    if (end == 1 || end == std::string_view::npos) return false;
    text.remove_prefix(end);
  }
  if (text == "Z" || text == "z") return true;
  return text.size() == 6 && (text[0] == '+' || text[0] == '-') && is_digit(text[1]) &&
         is_digit(text[2]) && text[3] == ':' && is_digit(text[4]) && is_digit(text[5]) &&
         text.substr(1, 2) < "24" && text.substr(4, 2) < "60";
}

}  // namespace

// By hand: every line of the log and most answers have one, and fmt's format strings cost them 0.35
// us each. Other years than these keep all of their digits.
std::string format_rfc3339(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const int year = static_cast<int>(date.year());
  std::string text = "0000-00-00T00:00:00.000Z";
  const auto put = [&](std::size_t last, auto number) {
    for (auto rest = static_cast<unsigned>(number); rest > 0; rest /= 10)
      text[last--] = static_cast<char>('0' + rest % 10);
  };
  put(5 + 1, static_cast<unsigned>(date.month()));
  put(8 + 1, static_cast<unsigned>(date.day()));
  put(11 + 1, clock.hours().count());
  put(14 + 1, clock.minutes().count());
  put(17 + 1, clock.seconds().count());
  put(20 + 2, clock.subseconds().count());
  if (year < 0 || year > 9999) return fmt::format("{:04}", year) + text.substr(4);
  put(3, year);
  return text;
}

// By hand: date::parse on a stream would check again, slower, a shape that is already checked.
std::optional<Time> parse_rfc3339(std::string_view text) {
  if (text.size() > 64 || !has_rfc3339_shape(text)) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (const char c : text.substr(at, digits)) value = value * 10 + (c - '0');
    return value;
  };
  const std::chrono::year_month_day date(std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2))));
  const int hour = number(11, 2), minute = number(14, 2), second = number(17, 2);
  if (!date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  Time time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
              std::chrono::minutes(minute) + std::chrono::seconds(second);
  std::size_t at = 19;
  if (text[at] == '.') {
    Millis place(100);
    for (++at; text[at] >= '0' && text[at] <= '9'; ++at, place /= 10)
      time += (text[at] - '0') * place;
  }
  if (text.size() - at == 6) {
    const auto offset =
        std::chrono::hours(number(at + 1, 2)) + std::chrono::minutes(number(at + 4, 2));
    time += text[at] == '+' ? -offset : offset;
  }
  if (time < Time{} || date.year() < std::chrono::year(1970)) return std::nullopt;
  return time;
}

std::optional<Millis> parse_duration(std::string_view text) {
  if (text == "0") return Millis(0);
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0) return std::nullopt;
  const std::string_view suffix(end, text.data() + text.size());
  for (const Unit& unit : kUnits)
    if (suffix == unit.suffix) {
      if (count > kLongest / unit.length) return std::nullopt;
      return count * unit.length;
    }
  return std::nullopt;
}

std::string format_duration(Millis duration) {
  if (duration == Millis(0)) return "0s";
  for (const Unit& unit : kUnits)
    if (duration % unit.length == Millis(0))
      return fmt::format("{}{}", duration / unit.length, unit.suffix);
  return fmt::format("{}ms", duration.count());
}

}  // namespace webhooks
