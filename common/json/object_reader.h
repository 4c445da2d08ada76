#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"
#include "common/json/field_error.h"
#include "common/json/rapidjson.h"

namespace webhooks::json {

enum class Need { required, optional };

// Reads the members of one JSON object and notes every error, so that all bad fields are named at
// once. A reader returns nullopt when there is no such member (an error when it is required) or
// when it is wrong (always one).
class ObjectReader {
 public:
  // `prefix`: stands before every field's name, e.g. "events[3]." `object` and `errors` must
  // outlive the reader. When `object` is none, that is the only error.
  ObjectReader(const Value& object, std::vector<FieldError>& errors, std::string prefix = "");

  // The member, whatever its type; nullptr when there is none.
  const Value* member(std::string_view name, Need need);

  std::optional<std::string> text(std::string_view name, Need need);
  std::optional<bool> boolean(std::string_view name, Need need);
  std::optional<std::int64_t> integer(std::string_view name, Need need, std::int64_t lowest,
                                      std::int64_t highest);
  std::optional<Time> time(std::string_view name, Need need);  // RFC 3339

  // An array of strings. `judge` says what is wrong with one that it does not take; each that is
  // wrong in either way is an error of its own, of the first few.
  struct Fault {
    std::string code, message;
  };
  using Judge = std::function<std::optional<Fault>(const std::string& text)>;
  std::optional<std::vector<std::string>> texts(std::string_view name, Need need,
                                                const Judge& judge);

  // Present, and null.
  bool is_null(std::string_view name) const;

  // Notes an error of this member.
  void refuse(std::string_view name, std::string code, std::string message);

  // Members that we show but do not take: an error of its own code where one is given.
  void read_only(std::initializer_list<std::string_view> names);

  // Call last: every member that nobody asked for is an error.
  void finish();

 private:
  const Value& object_;
  std::vector<FieldError>& errors_;
  std::string prefix_;
  bool sound_;
  std::vector<std::string_view> asked_;
};

}  // namespace webhooks::json
