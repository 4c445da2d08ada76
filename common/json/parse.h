#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "common/domain/limits.h"
#include "common/json/rapidjson.h"

namespace webhooks::json {

struct ParseLimits {
  std::size_t depth = limits::kJsonDepth;  // of arrays and objects within each other
};

struct ParseError {
  std::size_t offset = 0;  // bytes from the beginning
  std::string message;     // for people
};

// Parses one RFC 8259 text, strictly: refuses NUL bytes, a byte order mark, invalid UTF-8 (unpaired
// surrogate escapes too), nesting beyond the limit (while parsing, so that no later recursion can
// be driven deep), repeated member names and anything after the value.
std::variant<Document, ParseError> parse(std::string_view text, const ParseLimits& limits = {});

// The value as compact JSON text. Numbers keep their value, not their spelling.
std::string to_text(const Value& value);

inline std::string_view text_of(const Value& string) {
  return {string.GetString(), string.GetStringLength()};
}

}  // namespace webhooks::json
