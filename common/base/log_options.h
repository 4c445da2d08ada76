#pragma once

#include <string>

#include "common/base/log.h"
#include "common/base/option_values.h"

// How a process logs, as options of it.
namespace webhooks::options {

inline Option log_level(log::Level& target, std::string help) {
  return choice<log::Level>("log-level", target,
                            {{"debug", log::Level::debug},
                             {"info", log::Level::info},
                             {"warn", log::Level::warn},
                             {"error", log::Level::error}},
                            std::move(help));
}

inline Option log_format(log::Format& target, std::string help) {
  return choice<log::Format>("log-format", target,
                             {{"text", log::Format::text}, {"json", log::Format::json}},
                             std::move(help));
}

}  // namespace webhooks::options
