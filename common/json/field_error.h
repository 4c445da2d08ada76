#pragma once

#include <string>

namespace webhooks::json {

// One bad field of an input. `field` is a path such as "events[3].data.flight.number"; empty: the
// whole input. `code` is stable, for programs; `message` is a sentence for people that can follow
// the field's name.
struct FieldError {
  std::string field;
  std::string code;
  std::string message;

  friend bool operator==(const FieldError&, const FieldError&) = default;
};

}  // namespace webhooks::json
