#include "common/json/parse.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "common/base/encoding.h"

namespace webhooks::json {
namespace {

using rapidjson::SizeType;

// Passes events on to the document while it counts the depth: RapidJSON's writer, copy and schema
// recurse, so a deep document must never come to be.
class Guard {
 public:
  Guard(Document& out, std::size_t depth) : out_(out), limit_(depth) {}

  bool Null() { return out_.Null(); }
  bool Bool(bool b) { return out_.Bool(b); }
  bool Int(int i) { return out_.Int(i); }
  bool Uint(unsigned i) { return out_.Uint(i); }
  bool Int64(std::int64_t i) { return out_.Int64(i); }
  bool Uint64(std::uint64_t i) { return out_.Uint64(i); }
  bool Double(double d) { return out_.Double(d); }
  bool RawNumber(const char* s, SizeType n, bool copy) { return out_.RawNumber(s, n, copy); }
  bool String(const char* s, SizeType n, bool copy) {
    return sound(s, n) && out_.String(s, n, copy);
  }
  bool Key(const char* s, SizeType n, bool copy) { return sound(s, n) && out_.Key(s, n, copy); }
  bool StartObject() { return enter() && out_.StartObject(); }
  bool EndObject(SizeType n) { return leave() && out_.EndObject(n); }
  bool StartArray() { return enter() && out_.StartArray(); }
  bool EndArray(SizeType n) { return leave() && out_.EndArray(n); }

  const std::string& refusal() const { return refusal_; }

 private:
  bool enter() {
    if (depth_ == limit_) {
      refusal_ = "nests deeper than " + std::to_string(limit_) + " levels";
      return false;
    }
    ++depth_;
    return true;
  }
  bool leave() {
    --depth_;
    return true;
  }
  // RapidJSON 1.1.0 lets an unpaired low surrogate escape through as bytes that are no UTF-8.
  bool sound(const char* s, SizeType n) {
    if (is_utf8({s, n})) return true;
    refusal_ = "holds an unpaired surrogate";
    return false;
  }

  Document& out_;
  std::size_t limit_;
  std::size_t depth_ = 0;
  std::string refusal_;
};

constexpr unsigned kFlags =
    rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;

struct Generator {
  std::string_view text;
  std::size_t depth;
  std::optional<ParseError> error;

  bool operator()(Document& out) {
    rapidjson::MemoryStream memory(text.data(), text.size());
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> in(memory);
    Guard guard(out, depth);
    rapidjson::Reader reader;
    const rapidjson::ParseResult result = reader.Parse<kFlags>(in, guard);
    if (!result.IsError()) return true;
    error = ParseError{result.Offset(), guard.refusal().empty()
                                            ? rapidjson::GetParseError_En(result.Code())
                                            : "The document " + guard.refusal() + '.'};
    return false;
  }
};

// The first name that stands twice in one object; nullopt: none does.
std::optional<std::string> repeated_name(const Value& value) {
  if (value.IsArray()) {
    for (const Value& item : value.GetArray())
      if (auto name = repeated_name(item)) return name;
  }
  if (!value.IsObject()) return std::nullopt;
  std::vector<std::string_view> names;
  names.reserve(value.MemberCount());
  for (const auto& member : value.GetObject()) {
    if (auto name = repeated_name(member.value)) return name;
    names.push_back(text_of(member.name));
  }
  std::sort(names.begin(), names.end());
  const auto twin = std::adjacent_find(names.begin(), names.end());
  if (twin == names.end()) return std::nullopt;
  return std::string(*twin);
}

}  // namespace

std::variant<Document, ParseError> parse(std::string_view text, const ParseLimits& limits) {
  if (text.starts_with("\xEF\xBB\xBF"))
    return ParseError{0, "The document begins with a byte order mark."};
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    return ParseError{nul, "The document holds a NUL byte."};
  Document document;
  Generator generator{text, limits.depth, std::nullopt};
  document.Populate(generator);
  if (generator.error) return std::move(*generator.error);
  if (const auto name = repeated_name(document)) {
    const std::string quoted =
        to_text(Value(name->c_str(), static_cast<SizeType>(name->size()), document.GetAllocator()));
    return ParseError{text.rfind(quoted) == std::string_view::npos ? 0 : text.rfind(quoted),
                      "The member " + quoted + " stands twice in one object."};
  }
  return document;
}

std::string to_text(const Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace webhooks::json
