#include "common/json/writer.h"

#include "common/base/encoding.h"

namespace webhooks::json {
namespace {

// Every byte beyond ASCII of a text that is not UTF-8: which of them were meant cannot be known.
std::string replaced(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x80)
      out += c;
    else
      out += "\xEF\xBF\xBD";
  }
  return out;
}

rapidjson::SizeType size_of(std::string_view text) {
  return static_cast<rapidjson::SizeType>(text.size());
}

}  // namespace

Writer& Writer::begin_object() {
  out_.StartObject();
  return *this;
}
Writer& Writer::end_object() {
  out_.EndObject();
  return *this;
}
Writer& Writer::begin_array() {
  out_.StartArray();
  return *this;
}
Writer& Writer::end_array() {
  out_.EndArray();
  return *this;
}
Writer& Writer::key(std::string_view name) {
  out_.Key(name.data(), size_of(name));
  return *this;
}
Writer& Writer::value(std::string_view text) {
  if (is_utf8(text)) {
    out_.String(text.data(), size_of(text));
  } else {
    const std::string sound = replaced(text);
    out_.String(sound.data(), size_of(sound));
  }
  return *this;
}
Writer& Writer::value(bool flag) {
  out_.Bool(flag);
  return *this;
}
Writer& Writer::value(Time time) { return value(format_rfc3339(time)); }
Writer& Writer::value(std::nullptr_t) {
  out_.Null();
  return *this;
}
Writer& Writer::integer(std::int64_t number) {
  out_.Int64(number);
  return *this;
}
Writer& Writer::raw(std::string_view json) {
  out_.RawValue(json.data(), json.size(), rapidjson::kObjectType);
  return *this;
}

std::string Writer::take() { return {buffer_.GetString(), buffer_.GetSize()}; }

}  // namespace webhooks::json
