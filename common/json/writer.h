#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"
#include "common/json/rapidjson.h"

namespace webhooks::json {

// Writes one compact JSON text, member by member in the caller's order. Text that is not UTF-8
// (rows written by other programs) has each bad byte replaced by U+FFFD, so that the answer always
// is JSON. Not thread-safe; use once.
class Writer {
 public:
  Writer& begin_object();
  Writer& end_object();
  Writer& begin_array();
  Writer& end_array();
  Writer& key(std::string_view name);

  Writer& value(std::string_view text);
  Writer& value(const std::string& text) { return value(std::string_view(text)); }
  Writer& value(const char* text) { return value(std::string_view(text)); }
  Writer& value(bool flag);
  Writer& value(Time time);  // RFC 3339 in UTC
  Writer& value(std::nullptr_t);
  template <std::integral T>
  Writer& value(T number) {
    return integer(static_cast<std::int64_t>(number));
  }
  template <class T>
  Writer& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : value(nullptr);
  }
  // `json`: a whole JSON text, taken as it is.
  Writer& raw(std::string_view json);

  template <class T>
  Writer& field(std::string_view name, const T& content) {
    return key(name).value(content);
  }

  // The text; the writer is spent.
  std::string take();

 private:
  Writer& integer(std::int64_t number);

  rapidjson::StringBuffer buffer_;
  rapidjson::Writer<rapidjson::StringBuffer> out_{buffer_};
};

}  // namespace webhooks::json
