#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"
#include "common/http/message.h"
#include "common/json/field_error.h"

namespace webhooks::api {

// Reads a request's query parameters and notes every error, so that all bad ones are named at once.
// A repeat of a parameter that is no list, and a parameter that nobody asked for, are errors.
class Query {
 public:
  explicit Query(const http::Fields& parameters) : parameters_(parameters) {}

  std::optional<std::string> text(std::string_view name, std::size_t longest);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t lowest,
                                      std::int64_t highest);
  std::optional<Time> time(std::string_view name);
  std::optional<bool> boolean(std::string_view name);

  // All values of a repeatable parameter. `parse` gives nullopt for a wrong one; `expected` is what
  // it must be.
  template <class T>
  std::vector<T> list(std::string_view name,
                      const std::function<std::optional<T>(const std::string&)>& parse,
                      std::string_view expected) {
    std::vector<T> all;
    for (const std::string& value : values(name)) {
      auto parsed = parse(value);
      if (parsed)
        all.push_back(std::move(*parsed));
      else
        refuse(name, "invalid_value", "must be " + std::string(expected));
    }
    return all;
  }

  void refuse(std::string_view name, std::string code, std::string message);

  // Call last. The errors of all, those of unknown parameters too; empty: all is well.
  std::vector<json::FieldError> finish();

 private:
  std::vector<std::string> values(std::string_view name);
  std::optional<std::string> single(std::string_view name);

  const http::Fields& parameters_;
  std::vector<std::string_view> asked_;
  std::vector<json::FieldError> errors_;
};

// A whole decimal number, without blanks or plus sign.
std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace webhooks::api
