#pragma once

#include <cstdint>
#include <optional>
#include <sqlite3.h>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/assert.h"
#include "common/base/time.h"

namespace webhooks::store::sqlite {

// Rows of values, bound to a statement as one parameter, which reads them as the table `batch(?)`
// with the columns c0, c1, … and the rowids 1, 2, …: so one statement serves a whole turn. (A JSON
// array and json_each() say the same, at four times the cost a row.)
// Text is not copied: it must live until the statement has run.
class Batch {
 public:
  static constexpr int kColumns = 9;

  bool empty() const { return cells_.empty(); }
  std::size_t rows() const { return width_ == 0 ? 0 : cells_.size() / width_; }
  void clear() { cells_.clear(); }

  // All rows of a batch have the same number of values. Columns beyond them are NULL.
  template <class... Args>
  void add(const Args&... values) {
    static_assert(sizeof...(values) <= kColumns);
    WEBHOOKS_ASSERT(cells_.empty() || width_ == sizeof...(values));
    width_ = sizeof...(values);
    (put(values), ...);
  }

 private:
  friend struct BatchTable;
  using Cell = std::variant<std::monostate, std::int64_t, std::string_view>;

  void put(std::int64_t value) { cells_.emplace_back(value); }
  void put(int value) { cells_.emplace_back(std::int64_t{value}); }
  void put(bool value) { cells_.emplace_back(std::int64_t{value}); }
  void put(std::string_view value) { cells_.emplace_back(value); }
  void put(Time value) { put(std::int64_t{value.time_since_epoch().count()}); }
  template <class T>
  void put(const std::optional<T>& value) {
    if (value)
      put(*value);
    else
      cells_.emplace_back();
  }

  std::size_t width_ = 0;
  std::vector<Cell> cells_;
};

// Makes `batch(?)` known to the connection. Returns an SQLite result code.
int register_batch(sqlite3* db);

// Binds `batch`, which must live until the statement has run. Returns an SQLite result code.
int bind_batch(sqlite3_stmt* statement, int at, const Batch& batch);

}  // namespace webhooks::store::sqlite
