#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/store/sqlite/connection.h"

namespace webhooks::store::sqlite {

// Conditions that are put together at run time. Only constants of this room become SQL; every value
// from outside is bound, in the order in which its '?' was added.
class Filter {
 public:
  using Value = std::variant<std::int64_t, std::string>;

  // `condition`: a whole one with as many '?' as there are values.
  template <class... Values>
  void add(std::string_view condition, Values... values) {
    sql_ += sql_.empty() ? " WHERE " : " AND ";
    sql_ += condition;
    (values_.emplace_back(std::move(values)), ...);
  }

  // `expression` is one of `wanted`, each made a Value by `show`; nothing wanted does not filter.
  template <class T, class Show>
  void any_of(std::string_view expression, const std::vector<T>& wanted, Show show) {
    if (wanted.empty()) return;
    std::string condition = std::string(expression) + " IN (";
    for (std::size_t i = 0; i < wanted.size(); ++i) condition += i == 0 ? "?" : ", ?";
    add(condition + ')');
    for (const T& value : wanted) values_.emplace_back(show(value));
  }

  // " WHERE … AND …", or nothing.
  const std::string& sql() const { return sql_; }

  // Binds the values as the statement's next ones.
  void bind(Connection::Adhoc& statement) const {
    for (const Value& value : values_)
      std::visit([&](const auto& bound) { statement.bind_next(bound); }, value);
  }

 private:
  std::string sql_;
  std::vector<Value> values_;
};

// How the names of states, types and ids go into a Filter.
inline constexpr auto kByName = [](auto value) { return std::string(to_string(value)); };

}  // namespace webhooks::store::sqlite
