#include "common/ops/config_report.h"

#include <algorithm>
#include <sstream>

#include "common/base/names.h"
#include "common/json/writer.h"

namespace webhooks::ops {
namespace {

using options::Origin;

constexpr Names<Origin, 4> kOrigins{{
    {Origin::flag, "flag"},
    {Origin::environment, "env"},
    {Origin::file, "file"},
    {Origin::fallback, "default"},
}};

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.resize(width, ' ');
  return text;
}

}  // namespace

std::string config_table(std::span<const options::Setting> settings,
                         std::span<const UnsafeSetting> unsafe) {
  std::size_t name_width = 0, value_width = 0;
  for (const auto& setting : settings) {
    name_width = std::max(name_width, setting.name.size());
    value_width = std::max(value_width, std::min(setting.value.size(), std::size_t{48}));
  }
  std::ostringstream out;
  for (const auto& setting : settings) {
    out << padded(setting.name, name_width) << "  "
        << padded(setting.value.empty() ? "-" : setting.value, value_width) << "  "
        << name_of(kOrigins, setting.origin);
    if (!setting.from.empty()) out << "  " << setting.from;
    out << '\n';
  }
  for (const auto& one : unsafe) out << "unsafe: " << one.setting << ": " << one.why << '\n';
  return out.str();
}

std::string config_json(std::span<const options::Setting> settings,
                        std::span<const UnsafeSetting> unsafe) {
  json::Writer out;
  out.begin_object().key("settings").begin_array();
  for (const auto& setting : settings)
    out.begin_object()
        .field("name", setting.name)
        .field("value", setting.value)
        .field("origin", name_of(kOrigins, setting.origin))
        .field("from", setting.from)
        .end_object();
  out.end_array().key("unsafe").begin_array();
  for (const auto& one : unsafe)
    out.begin_object().field("setting", one.setting).field("why", one.why).end_object();
  out.end_array().end_object();
  return out.take();
}

void print_config(std::ostream& out, std::vector<options::Setting> settings,
                  std::span<const UnsafeSetting> unsafe, bool as_json) {
  std::erase_if(settings, [](const options::Setting& one) { return one.name == "json"; });
  if (as_json)
    out << config_json(settings, unsafe) << '\n';
  else
    out << config_table(settings, unsafe);
  out << std::flush;
}

}  // namespace webhooks::ops
