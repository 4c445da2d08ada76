#pragma once

// RapidJSON, included nowhere else: its asserts judge input in places (a type mismatch, a missing
// member), so they throw here instead of ending the process, and every file has to see the same
// definition.

#include <stdexcept>

namespace webhooks::json {

// A member read as a type that it does not have: our bug, met on input that we did not foresee.
class Misuse : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn]] inline void misused(const char* expression) { throw Misuse(expression); }

}  // namespace webhooks::json

#ifdef RAPIDJSON_RAPIDJSON_H_
#error "include common/json/rapidjson.h instead of RapidJSON's own headers"
#endif
#define RAPIDJSON_ASSERT(x) ((x) ? void(0) : ::webhooks::json::misused(#x))
#define RAPIDJSON_HAS_STDSTRING 1

#include <rapidjson/document.h>
#include <rapidjson/encodedstream.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/pointer.h>
#include <rapidjson/schema.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace webhooks::json {

using Document = rapidjson::Document;
using Value = rapidjson::Value;

}  // namespace webhooks::json
