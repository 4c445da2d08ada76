#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace webhooks::log {

enum class Level { debug, info, warn, error };
enum class Format { text, json };

// One `key=value` of a line. Text is escaped on the way out, so a value from outside cannot forge a
// line.
struct Field {
  std::string_view key;
  std::string value;
  bool quoted;  // JSON: a string; numbers and booleans go bare

  Field(std::string_view k, std::string_view v) : key(k), value(v), quoted(true) {}
  Field(std::string_view k, const std::string& v) : key(k), value(v), quoted(true) {}
  Field(std::string_view k, const char* v) : key(k), value(v), quoted(true) {}
  Field(std::string_view k, bool v) : key(k), value(v ? "true" : "false"), quoted(false) {}
  template <std::integral T>
  Field(std::string_view k, T v) : key(k), value(std::to_string(v)), quoted(false) {}
};

// Call once in main before any thread starts. Lines go to standard error, each flushed whole.
void configure(Level lowest, Format format);

// Writes one canonical line: `2025-11-26T09:52:00.000Z info delivery.attempted delivery=dlv_7
// status=503`. Never pass a secret, a key or a payload. Thread-safe; never throws.
void write(Level level, std::string_view event, std::initializer_list<Field> fields = {}) noexcept;

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) noexcept {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) noexcept {
  write(Level::info, event, fields);
}
inline void warn(std::string_view event, std::initializer_list<Field> fields = {}) noexcept {
  write(Level::warn, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) noexcept {
  write(Level::error, event, fields);
}

// One line as it would be written, without its end of line. For tests of the format.
std::string render(Format format, std::string_view time, Level level, std::string_view event,
                   std::initializer_list<Field> fields);

}  // namespace webhooks::log
