#pragma once

#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace webhooks::options {

struct FileValue {
  std::vector<std::string> values;  // as a flag would have them
  bool array = false;
};
using File = std::map<std::string, FileValue>;

// The top-level keys of a TOML file, or one line that says what is wrong with it. A key that is not
// `known` is wrong.
std::variant<File, std::string> read_file(const std::string& path,
                                          const std::set<std::string>& known);

}  // namespace webhooks::options
