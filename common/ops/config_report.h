#pragma once

#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include "common/base/options.h"
#include "common/ops/unsafe_settings.h"

namespace webhooks::ops {

// What `config check` prints: every setting in effect with who said so, and what is unsafe of it.
// Secrets are masked by then.

// Columns for people, one setting a line, ended by a line end.
std::string config_table(std::span<const options::Setting> settings,
                         std::span<const UnsafeSetting> unsafe);

// {"settings": [{"name", "value", "origin": "flag" | "env" | "file" | "default", "from"}],
//  "unsafe": [{"setting", "why"}]}
std::string config_json(std::span<const options::Setting> settings,
                        std::span<const UnsafeSetting> unsafe);

// One of the two, on `out`, without the option `json` itself, which is no setting of a service.
void print_config(std::ostream& out, std::vector<options::Setting> settings,
                  std::span<const UnsafeSetting> unsafe, bool as_json);

}  // namespace webhooks::ops
