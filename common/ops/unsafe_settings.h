#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/domain/ip_address.h"

namespace webhooks::ops {

// A setting that gives up a protection, and which.
struct UnsafeSetting {
  std::string setting;  // as on the command line, e.g. "--allow-cidr 10.0.0.0/8"
  std::string why;
};

// What is unsafe of the settings about targets that both programs have.
std::vector<UnsafeSetting> unsafe_targets(bool allow_http, std::span<const Cidr> allow_cidrs);

// One warning a setting: `api.unsafe_setting setting=… why=…`.
void shout(std::string_view event, std::span<const UnsafeSetting> settings);

}  // namespace webhooks::ops
