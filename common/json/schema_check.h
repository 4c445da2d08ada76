#pragma once

#include <vector>

#include "common/json/field_error.h"
#include "common/json/rapidjson.h"

namespace webhooks::json {

// A JSON Schema ready to check values (draft-04, as far as RapidJSON knows it).
// Not thread-safe: RapidJSON 1.1.0 keeps scratch space in it.
class CompiledSchema {
 public:
  // Both must outlive this. `example`: valid for the schema; what is wrong in a value is replaced
  // from it, so that the search for the next error can go on.
  CompiledSchema(const Document& schema, const Document& example);

  // Every bad field, at most 20.
  std::vector<FieldError> check(const Value& value) const;

 private:
  const Document& schema_;
  const Document& example_;
  rapidjson::SchemaDocument compiled_;
};

}  // namespace webhooks::json
