#pragma once

#include <span>
#include <string>

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

}  // namespace webhooks::ops
