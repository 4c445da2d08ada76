#include "api/wire/query.h"

#include <algorithm>
#include <charconv>

#include "common/base/encoding.h"
#include "common/domain/limits.h"

namespace webhooks::api {

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string> Query::values(std::string_view name) {
  asked_.push_back(name);
  std::vector<std::string> all;
  for (const auto& [parameter, value] : parameters_)
    if (parameter == name) all.push_back(value);
  if (all.size() > limits::kFilterValues) {
    refuse(name, "too_many",
           "may be given at most " + std::to_string(limits::kFilterValues) + " times");
    all.clear();
  }
  return all;
}

std::optional<std::string> Query::single(std::string_view name) {
  auto all = values(name);
  if (all.empty()) return std::nullopt;
  if (all.size() == 1) return std::move(all.front());
  refuse(name, "repeated", "may be given only once");
  return std::nullopt;
}

std::optional<std::string> Query::text(std::string_view name, std::size_t longest) {
  auto value = single(name);
  if (!value) return std::nullopt;
  if (value->empty() || value->size() > longest || !is_utf8(*value) ||
      value->find('\0') != std::string::npos) {
    refuse(name, "invalid_value", "must be 1 to " + std::to_string(longest) + " bytes of text");
    return std::nullopt;
  }
  return value;
}

std::optional<std::int64_t> Query::integer(std::string_view name, std::int64_t lowest,
                                           std::int64_t highest) {
  const auto value = single(name);
  if (!value) return std::nullopt;
  const auto number = parse_integer(*value);
  if (number && *number >= lowest && *number <= highest) return number;
  refuse(
      name, "invalid_value",
      "must be a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest));
  return std::nullopt;
}

std::optional<Time> Query::time(std::string_view name) {
  const auto value = single(name);
  if (!value) return std::nullopt;
  const auto time = parse_rfc3339(*value);
  if (!time) refuse(name, "invalid_value", "must be an RFC 3339 time such as 2025-11-26T09:52:00Z");
  return time;
}

std::optional<bool> Query::boolean(std::string_view name) {
  const auto value = single(name);
  if (!value) return std::nullopt;
  if (*value == "true") return true;
  if (*value == "false") return false;
  refuse(name, "invalid_value", "must be true or false");
  return std::nullopt;
}

void Query::refuse(std::string_view name, std::string code, std::string message) {
  errors_.push_back({std::string(name), std::move(code), std::move(message)});
}

std::vector<json::FieldError> Query::finish() {
  std::vector<std::string_view> named;
  for (const auto& [parameter, value] : parameters_) {
    if (std::find(asked_.begin(), asked_.end(), parameter) != asked_.end()) continue;
    if (std::find(named.begin(), named.end(), parameter) != named.end()) continue;
    named.push_back(parameter);
    if (named.size() > limits::kFilterValues) break;
    refuse(std::string_view(parameter).substr(0, 100), "unknown_parameter",
           "is not a parameter of this route");
  }
  return std::move(errors_);
}

}  // namespace webhooks::api
