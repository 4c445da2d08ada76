#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "common/base/time.h"

namespace webhooks::api::commands {

// Text in aligned columns for people: no colour and no frame, so that it pipes well.
class Table {
 public:
  explicit Table(std::vector<std::string> titles) : rows_{std::move(titles)} {}

  // As many cells as there are titles. Control characters in a cell become '?': what partners wrote
  // must not move an operator's terminal.
  void row(std::vector<std::string> cells);

  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

// A cell: "-" when there is nothing.
std::string cell(const std::optional<Time>& time);
std::string cell(const std::optional<std::string>& text);

}  // namespace webhooks::api::commands
