#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace webhooks {

// One value of an enumeration and the word that the wire and the store have for it.
template <typename Value>
struct Named {
  Value value;
  std::string_view name;
};

template <typename Value, std::size_t size>
using Names = std::array<Named<Value>, size>;

// The word for `value`; empty for a value that the table does not hold.
template <typename Value, std::size_t size>
constexpr std::string_view name_of(const Names<Value, size>& names, Value value) {
  for (const auto& known : names)
    if (known.value == value) return known.name;
  return {};
}

// The value that `name` stands for, compared byte by byte; nothing for another word.
template <typename Value, std::size_t size>
constexpr std::optional<Value> value_of(const Names<Value, size>& names, std::string_view name) {
  for (const auto& known : names)
    if (known.name == name) return known.value;
  return std::nullopt;
}

}  // namespace webhooks
