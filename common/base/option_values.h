#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/options.h"
#include "common/base/time.h"

namespace webhooks::options {

// Where to listen: "127.0.0.1:8080", "[::1]:8080"; port 0 takes a free one.
struct Address {
  std::string host;
  std::uint16_t port = 0;
};
std::optional<Address> parse_address(std::string_view text);
std::string format_address(const Address& address);

// "4096", "64KiB", "8MiB", "1GiB"; nullopt: anything else, or over 1 TiB.
std::optional<std::size_t> parse_size(std::string_view text);
std::string format_size(std::size_t bytes);

// Each binds an option to a variable that must outlive resolve() and holds the default by then.
Option text(std::string name, std::string metavar, std::string& target, std::string help);
Option flag(std::string name, bool& target, std::string help);
Option number(std::string name, int& target, int lowest, int highest, std::string help);
Option duration(std::string name, Millis& target, Millis lowest, Millis highest, std::string help);
Option size(std::string name, std::size_t& target, std::size_t lowest, std::size_t highest,
            std::string help);
Option address(std::string name, Address& target, std::string help);

template <class T>
struct Choice {
  std::string name;
  T value;
};
template <class T>
Option choice(std::string name, T& target, std::vector<Choice<T>> choices, std::string help) {
  std::string names, fallback;
  for (const auto& one : choices) {
    names += (names.empty() ? "" : "|") + one.name;
    if (one.value == target) fallback = one.name;
  }
  auto apply = [&target, choices = std::move(choices),
                names](std::span<const std::string> values) -> std::optional<std::string> {
    for (const auto& one : choices)
      if (one.name == values.front()) {
        target = one.value;
        return std::nullopt;
      }
    return "must be one of " + names;
  };
  return {std::move(name), Kind::value, names, fallback,
          std::move(help), false,       false, std::move(apply)};
}

// `parse`: from one value, nullopt when it is none; `expected`: what it must be, e.g. "a network
// such as 10.0.0.0/8". A layer that has the option replaces the whole list.
template <class T>
Option list(std::string name, std::string metavar, std::vector<T>& target,
            std::function<std::optional<T>(const std::string&)> parse, std::string expected,
            std::string help) {
  auto apply = [&target, parse = std::move(parse), expected = std::move(expected)](
                   std::span<const std::string> values) -> std::optional<std::string> {
    std::vector<T> all;
    for (const std::string& value : values) {
      auto parsed = parse(value);
      if (!parsed) return "must be " + expected;
      all.push_back(std::move(*parsed));
    }
    target = std::move(all);
    return std::nullopt;
  };
  return {std::move(name), Kind::list, std::move(metavar), "", std::move(help),
          false,           false,      std::move(apply)};
}

inline Option required(Option option) {
  option.required = true;
  option.fallback.clear();
  return option;
}
// Given by its place, not by a flag.
inline Option positional(Option option) {
  option.positional = option.required = true;
  option.fallback.clear();
  return option;
}
inline Option secret(Option option) {
  option.secret = true;
  return option;
}

}  // namespace webhooks::options
