#include "common/base/options_file.h"

#include <optional>
#include <sstream>
#include <toml++/toml.h>

namespace webhooks::options {
namespace {

std::optional<std::string> scalar(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* flag = node.as_boolean()) return flag->get() ? "true" : "false";
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) {
    std::ostringstream out;
    out << number->get();
    return out.str();
  }
  return std::nullopt;
}

std::string at(const std::string& path, const toml::source_region& source) {
  return path + ":" + std::to_string(source.begin.line);
}

}  // namespace

std::variant<File, std::string> read_file(const std::string& path,
                                          const std::set<std::string>& known) {
  toml::table table;
  try {
    table = toml::parse_file(path);
  } catch (const toml::parse_error& error) {
    return at(path, error.source()) + ": " + std::string(error.description());
  }
  File file;
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    const std::string where = at(path, node.source()) + ": " + name;
    if (!known.contains(name)) return where + ": there is no such option";
    FileValue value;
    if (const auto* array = node.as_array()) {
      value.array = true;
      for (const auto& item : *array) {
        auto text = scalar(item);
        if (!text) return where + ": must hold only strings";
        value.values.push_back(std::move(*text));
      }
    } else if (auto text = scalar(node)) {
      value.values = {std::move(*text)};
    } else {
      return where + ": must be a string, a number, true or false, or an array of strings";
    }
    file.emplace(name, std::move(value));
  }
  return file;
}

}  // namespace webhooks::options
