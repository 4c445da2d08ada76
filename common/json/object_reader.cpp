#include "common/json/object_reader.h"

#include <algorithm>

#include "common/json/parse.h"

namespace webhooks::json {
namespace {

// Of one array: a body of 8 MiB would else have an answer of half a GiB.
constexpr std::size_t kMostWrong = 20;

std::string without_dot(const std::string& prefix) {
  return prefix.ends_with('.') ? prefix.substr(0, prefix.size() - 1) : prefix;
}

}  // namespace

ObjectReader::ObjectReader(const Value& object, std::vector<FieldError>& errors, std::string prefix)
    : object_(object), errors_(errors), prefix_(std::move(prefix)), sound_(object.IsObject()) {
  if (!sound_) errors_.push_back({without_dot(prefix_), "wrong_type", "must be a JSON object"});
}

const Value* ObjectReader::member(std::string_view name, Need need) {
  if (!sound_) return nullptr;
  asked_.push_back(name);
  const auto found = object_.FindMember(
      Value(rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))));
  if (found != object_.MemberEnd()) return &found->value;
  if (need == Need::required) refuse(name, "required", "is missing");
  return nullptr;
}

std::optional<std::string> ObjectReader::text(std::string_view name, Need need) {
  const Value* value = member(name, need);
  if (value == nullptr) return std::nullopt;
  if (value->IsString()) return std::string(text_of(*value));
  refuse(name, "wrong_type", "must be a string");
  return std::nullopt;
}

std::optional<bool> ObjectReader::boolean(std::string_view name, Need need) {
  const Value* value = member(name, need);
  if (value == nullptr) return std::nullopt;
  if (value->IsBool()) return value->GetBool();
  refuse(name, "wrong_type", "must be true or false");
  return std::nullopt;
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view name, Need need,
                                                  std::int64_t lowest, std::int64_t highest) {
  const Value* value = member(name, need);
  if (value == nullptr) return std::nullopt;
  if (!value->IsInt64()) {
    refuse(name, "wrong_type", "must be a whole number");
    return std::nullopt;
  }
  const std::int64_t number = value->GetInt64();
  if (number >= lowest && number <= highest) return number;
  refuse(name, "out_of_range",
         "must be from " + std::to_string(lowest) + " to " + std::to_string(highest));
  return std::nullopt;
}

std::optional<Time> ObjectReader::time(std::string_view name, Need need) {
  const auto written = text(name, need);
  if (!written) return std::nullopt;
  const auto parsed = parse_rfc3339(*written);
  if (!parsed)
    refuse(name, "invalid_time", "must be an RFC 3339 time such as 2025-11-26T09:52:00Z");
  return parsed;
}

std::optional<std::vector<std::string>> ObjectReader::texts(std::string_view name, Need need,
                                                            const Judge& judge) {
  const Value* value = member(name, need);
  if (value == nullptr) return std::nullopt;
  if (!value->IsArray()) {
    refuse(name, "wrong_type", "must be an array of strings");
    return std::nullopt;
  }
  std::vector<std::string> all;
  std::size_t wrong = 0;
  for (rapidjson::SizeType i = 0; i < value->Size() && wrong < kMostWrong; ++i) {
    const Value& element = (*value)[i];
    std::optional<Fault> fault;
    if (element.IsString())
      fault = judge(all.emplace_back(text_of(element)));
    else
      fault = Fault{"wrong_type", "must be a string"};
    if (!fault) continue;
    refuse(std::string(name) + '[' + std::to_string(i) + ']', std::move(fault->code),
           std::move(fault->message));
    ++wrong;
  }
  if (wrong > 0) return std::nullopt;
  return all;
}

bool ObjectReader::is_null(std::string_view name) const {
  if (!sound_) return false;
  const auto found = object_.FindMember(
      Value(rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))));
  return found != object_.MemberEnd() && found->value.IsNull();
}

void ObjectReader::refuse(std::string_view name, std::string code, std::string message) {
  errors_.push_back({prefix_ + std::string(name), std::move(code), std::move(message)});
}

void ObjectReader::read_only(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (member(name, Need::optional) != nullptr)
      refuse(name, "read_only", "is set by the service and cannot be given");
}

void ObjectReader::finish() {
  if (!sound_) return;
  for (const auto& member : object_.GetObject()) {
    const std::string_view name = text_of(member.name);
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end())
      refuse(name.substr(0, 100), "unknown_field", "is not a field that is known here");
  }
}

}  // namespace webhooks::json
