#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/time.h"

namespace webhooks {

// The value of `webhook-signature` (Standard Webhooks, "Signature scheme"): "v1," + base64 of the
// HMAC-SHA256 of
// "{id}.{unix seconds}.{body}", one per secret (raw key bytes), split by blanks.
std::string sign(std::string_view event_id, std::chrono::sys_seconds at, std::string_view body,
                 const std::vector<std::string>& secrets);

// HMAC-SHA256: 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);

// SHA-256 of `text`: 32 raw bytes.
std::string sha256(std::string_view text);

}  // namespace webhooks
