#include "common/base/option_values.h"

#include <array>
#include <charconv>

namespace webhooks::options {
namespace {

template <class T>
std::optional<T> whole_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

struct Unit {
  std::string_view suffix;
  std::size_t bytes;
};
constexpr std::array<Unit, 4> kUnits{{{"GiB", std::size_t{1} << 30},
                                      {"MiB", std::size_t{1} << 20},
                                      {"KiB", std::size_t{1} << 10},
                                      {"", 1}}};
constexpr std::size_t kLargest = std::size_t{1} << 40;

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = whole_number<std::uint16_t>(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;  // an IPv6 address without brackets: which colon begins the port?
  }
  if (!port || host.empty() || host.find_first_of(" /[]") != std::string_view::npos)
    return std::nullopt;
  return Address{std::string(host), *port};
}

std::string format_address(const Address& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? '[' + address.host + ']' : address.host) + ':' + std::to_string(address.port);
}

std::optional<std::size_t> parse_size(std::string_view text) {
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.suffix)) continue;
    const auto count = whole_number<std::size_t>(text.substr(0, text.size() - unit.suffix.size()));
    if (!count || *count > kLargest / unit.bytes) return std::nullopt;
    return *count * unit.bytes;
  }
  return std::nullopt;
}

std::string format_size(std::size_t bytes) {
  for (const Unit& unit : kUnits)
    if (bytes != 0 && bytes % unit.bytes == 0)
      return std::to_string(bytes / unit.bytes) + std::string(unit.suffix);
  return std::to_string(bytes);
}

Option text(std::string name, std::string metavar, std::string& target, std::string help) {
  auto apply = [&target](std::span<const std::string> values) -> std::optional<std::string> {
    target = values.front();
    return std::nullopt;
  };
  return {std::move(name), Kind::value, std::move(metavar), target, std::move(help), false,
          false,           apply};
}

Option flag(std::string name, bool& target, std::string help) {
  auto apply = [&target](std::span<const std::string> values) -> std::optional<std::string> {
    if (values.front() != "true" && values.front() != "false") return "must be true or false";
    target = values.front() == "true";
    return std::nullopt;
  };
  return {std::move(name), Kind::flag, "",    target ? "true" : "false",
          std::move(help), false,      false, apply};
}

Option number(std::string name, int& target, int lowest, int highest, std::string help) {
  auto apply = [&target, lowest,
                highest](std::span<const std::string> values) -> std::optional<std::string> {
    const auto value = whole_number<int>(values.front());
    if (!value || *value < lowest || *value > highest)
      return "must be a whole number from " + std::to_string(lowest) + " to " +
             std::to_string(highest);
    target = *value;
    return std::nullopt;
  };
  return {std::move(name), Kind::value, "N",   std::to_string(target),
          std::move(help), false,       false, apply};
}

Option duration(std::string name, Millis& target, Millis lowest, Millis highest, std::string help) {
  auto apply = [&target, lowest,
                highest](std::span<const std::string> values) -> std::optional<std::string> {
    const auto value = parse_duration(values.front());
    if (!value || *value < lowest || *value > highest)
      return "must be a duration such as 250ms, 15s, 5m or 2h, from " + format_duration(lowest) +
             " to " + format_duration(highest);
    target = *value;
    return std::nullopt;
  };
  return {std::move(name), Kind::value, "DURATION", format_duration(target),
          std::move(help), false,       false,      apply};
}

Option size(std::string name, std::size_t& target, std::size_t lowest, std::size_t highest,
            std::string help) {
  auto apply = [&target, lowest,
                highest](std::span<const std::string> values) -> std::optional<std::string> {
    const auto value = parse_size(values.front());
    if (!value || *value < lowest || *value > highest)
      return "must be a size such as 64KiB or 8MiB, from " + format_size(lowest) + " to " +
             format_size(highest);
    target = *value;
    return std::nullopt;
  };
  return {std::move(name), Kind::value, "SIZE", format_size(target),
          std::move(help), false,       false,  apply};
}

Option address(std::string name, Address& target, std::string help) {
  auto apply = [&target](std::span<const std::string> values) -> std::optional<std::string> {
    auto value = parse_address(values.front());
    if (!value) return "must be HOST:PORT, an IPv6 address in brackets";
    target = std::move(*value);
    return std::nullopt;
  };
  return {std::move(name), Kind::value, "HOST:PORT", format_address(target),
          std::move(help), false,       false,       apply};
}

}  // namespace webhooks::options
