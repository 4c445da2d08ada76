#include "common/json/schema_check.h"

#include <string>
#include <string_view>

#include "common/json/parse.h"

namespace webhooks::json {
namespace {

using rapidjson::Pointer;

constexpr std::size_t kMostErrors = 20;

// "/flight/number" as "flight.number", "/items/3/id" as "items[3].id".
std::string field_name(const Pointer& pointer) {
  std::string name;
  for (std::size_t i = 0; i < pointer.GetTokenCount(); ++i) {
    const auto& token = pointer.GetTokens()[i];
    const std::string text(token.name, token.length);
    if (token.index != rapidjson::kPointerInvalidIndex) {
      name += '[' + text + ']';
    } else {
      if (!name.empty()) name += '.';
      name += text.substr(0, 100);
    }
  }
  return name;
}

std::string listed(const Value& names) {
  std::string all;
  for (const Value& name : names.GetArray()) {
    if (!all.empty()) all += ", ";
    all += name.IsString() ? std::string(text_of(name)) : to_text(name);
  }
  return all;
}

std::string type_names(const Value* types) {
  if (types == nullptr) return "of another type";
  if (types->IsString()) return "a value of type " + std::string(text_of(*types));
  return types->IsArray() ? "one of the types " + listed(*types) : "of another type";
}

// What a failed keyword means to the reader. `rule`: the keyword's own value in the schema, if it
// was found.
FieldError explained(std::string field, std::string_view keyword, const Value* rule) {
  const std::string bound = rule == nullptr ? "the limit" : to_text(*rule);
  if (keyword == "type") return {field, "wrong_type", "must be " + type_names(rule)};
  if (keyword == "enum" && rule != nullptr && rule->IsArray())
    return {field, "not_allowed", "must be one of: " + listed(*rule)};
  // Draft-04 has no other way to say it that RapidJSON would look at.
  if (keyword == "pattern" && bound.find("T([01][0-9]|2[0-3])") != std::string::npos)
    return {field, "invalid_time",
            "must be an RFC 3339 time with offset, such as 2025-11-26T10:05:00+01:00"};
  if (keyword == "pattern") return {field, "wrong_format", "must match the pattern " + bound};
  if (keyword == "minLength")
    return {field, "too_short", "must have at least " + bound + " characters"};
  if (keyword == "maxLength")
    return {field, "too_long", "must have at most " + bound + " characters"};
  if (keyword == "minItems") return {field, "too_few", "must have at least " + bound + " items"};
  if (keyword == "maxItems") return {field, "too_many", "must have at most " + bound + " items"};
  if (keyword == "minProperties")
    return {field, "too_few", "must have at least " + bound + " members"};
  if (keyword == "maxProperties")
    return {field, "too_many", "must have at most " + bound + " members"};
  if (keyword == "minimum") return {field, "out_of_range", "must be " + bound + " or more"};
  if (keyword == "maximum") return {field, "out_of_range", "must be " + bound + " or less"};
  if (keyword == "additionalProperties")
    return {field, "unknown_field", "is not a field of this event type"};
  return {field, "invalid",
          "breaks the rule \"" + std::string(keyword) + "\" of the event type's schema"};
}

// Puts what the example has at this place there, or nothing when it has nothing. False: no such
// place.
bool repair(Document& value, const Pointer& place, const Document& example) {
  if (place.GetTokenCount() == 0) return false;
  if (const Value* good = place.Get(example)) {
    place.Set(value, *good);
    return true;
  }
  return place.Erase(value);
}

}  // namespace

CompiledSchema::CompiledSchema(const Document& schema, const Document& example)
    : schema_(schema), example_(example), compiled_(schema) {}

std::vector<FieldError> CompiledSchema::check(const Value& value) const {
  std::vector<FieldError> errors;
  rapidjson::SchemaValidator first(compiled_);
  if (value.Accept(first)) return errors;

  // RapidJSON stops at the first error. Each bad place is noted, taken from the example, and the
  // rest checked again.
  Document rest;
  rest.CopyFrom(value, rest.GetAllocator());
  while (errors.size() < kMostErrors) {
    rapidjson::SchemaValidator validator(compiled_);
    if (rest.Accept(validator)) break;
    const Pointer place = validator.GetInvalidDocumentPointer();
    const std::string_view keyword = validator.GetInvalidSchemaKeyword();
    const Value* scheme = validator.GetInvalidSchemaPointer().Get(schema_);
    const Value* rule = nullptr;
    if (scheme != nullptr && scheme->IsObject()) {
      const auto found = scheme->FindMember(validator.GetInvalidSchemaKeyword());
      if (found != scheme->MemberEnd()) rule = &found->value;
    }
    if (keyword != "required" || rule == nullptr) {
      errors.push_back(explained(field_name(place), keyword, rule));
      if (!repair(rest, place, example_)) break;
      continue;
    }
    const Value* owner = place.Get(rest);
    if (owner == nullptr || !owner->IsObject()) break;
    bool repaired = true;
    for (const Value& name : rule->GetArray()) {
      if (owner->HasMember(name)) continue;
      const Pointer missing = place.Append(name.GetString(), name.GetStringLength());
      errors.push_back({field_name(missing), "required", "is missing"});
      repaired = repair(rest, missing, example_) && repaired;
      owner = place.Get(rest);
    }
    if (!repaired) break;
  }
  return errors;
}

}  // namespace webhooks::json
