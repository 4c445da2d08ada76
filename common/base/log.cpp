#include "common/base/log.h"

#include <fmt/format.h>
#include <memory>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "common/base/clock.h"
#include "common/base/encoding.h"
#include "common/base/names.h"

namespace webhooks::log {
namespace {

constexpr Names<Level, 4> kLevels{{
    {Level::debug, "debug"},
    {Level::info, "info"},
    {Level::warn, "warn"},
    {Level::error, "error"},
}};

void append_escaped(std::string& out, std::string_view text) {
  const bool valid = is_utf8(text);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !valid)) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
}

void append_text_value(std::string& out, const Field& field) {
  const bool plain =
      !field.value.empty() &&
      field.value.find_first_not_of(
          "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/@+,%[]") ==
          std::string::npos;
  if (plain) {
    out += field.value;
    return;
  }
  out += '"';
  append_escaped(out, field.value);
  out += '"';
}

void append_json(std::string& out, std::string_view key, std::string_view value, bool quoted) {
  out += out.size() > 1 ? ",\"" : "\"";
  append_escaped(out, key);
  out += "\":";
  if (quoted) out += '"';
  append_escaped(out, value);
  if (quoted) out += '"';
}

struct Sink {
  Level lowest = Level::info;
  Format format = Format::text;
  std::shared_ptr<spdlog::sinks::stderr_sink_mt> out =
      std::make_shared<spdlog::sinks::stderr_sink_mt>();
  Sink() { out->set_pattern("%v"); }
};

Sink& sink() {
  static Sink instance;
  return instance;
}

}  // namespace

void configure(Level lowest, Format format) {
  sink().lowest = lowest;
  sink().format = format;
}

std::string render(Format format, std::string_view time, Level level, std::string_view event,
                   std::initializer_list<Field> fields) {
  std::string line;
  if (format == Format::json) {
    line = "{";
    append_json(line, "time", time, true);
    append_json(line, "level", name_of(kLevels, level), true);
    append_json(line, "event", event, true);
    for (const Field& field : fields) append_json(line, field.key, field.value, field.quoted);
    return line + '}';
  }
  line = fmt::format("{} {} {}", time, name_of(kLevels, level), event);
  for (const Field& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_text_value(line, field);
  }
  return line;
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) noexcept {
  if (level < sink().lowest) return;
  try {
    const std::string line =
        render(sink().format, format_rfc3339(SystemClock().now()), level, event, fields);
    sink().out->log(spdlog::details::log_msg("", spdlog::level::info, line));
    sink().out->flush();
  } catch (...) {  // a full disk behind stderr must not take the service down
  }
}

}  // namespace webhooks::log
