#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/domain/access.h"

namespace webhooks::api {

// `secret`: the key itself, where it was just made.
std::string api_key_json(const ApiKey& key, const std::string& secret);

// {"data": […]}, as GET /api-keys answers.
std::string api_keys_json(const std::vector<ApiKey>& keys);

}  // namespace webhooks::api
