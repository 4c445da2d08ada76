#pragma once

#include <cstddef>

#include "common/base/time.h"

// Every limit that a partner, a producer or an operator can meet, in one place (guarantee 7). The
// limits of HTTP framing stand in common/http/limits.h, those of an endpoint's answer in
// worker/outbound/.
namespace webhooks::limits {

inline constexpr std::size_t kContractIdLength = 64;
inline constexpr std::size_t kPartnerIdLength = 64;
inline constexpr std::size_t kNameLength = 200;         // contract and key names, characters
inline constexpr std::size_t kDescriptionLength = 500;  // characters
inline constexpr std::size_t kUrlLength = 2048;         // bytes
inline constexpr std::size_t kSubjectLength = 200;      // bytes
inline constexpr std::size_t kEventIdLength = 64;
inline constexpr std::size_t kEventBytes = 64 * 1024;  // of `data`
inline constexpr std::size_t kBatchEvents = 1000;
inline constexpr std::size_t kBodyBytes = 256 * 1024;  // of requests; for events see --max-body
inline constexpr std::size_t kJsonDepth = 32;
inline constexpr std::size_t kPageSize = 200;
inline constexpr std::size_t kDefaultPageSize = 50;
inline constexpr std::size_t kFilterValues = 50;    // repeats of one query parameter
inline constexpr std::size_t kExcerptBytes = 1024;  // of an endpoint's answer
inline constexpr std::size_t kIdempotencyKeyLength = 255;
inline constexpr std::size_t kWebhooksPerPartner = 200'000;
inline constexpr std::size_t kExportRows = 1'048'575;  // a sheet's rows less its header

inline constexpr Millis kIdempotencyWindow = std::chrono::hours(24);
inline constexpr Millis kRotationOverlap = std::chrono::hours(24);
inline constexpr Millis kLongestRotationOverlap = std::chrono::days(7);
inline constexpr Millis kLongestRetryAfter = std::chrono::hours(24);
inline constexpr Millis kGiveUpAfter =
    std::chrono::days(5);  // of nothing but failures → webhook inactive
inline constexpr Millis kRetention = std::chrono::days(30);

}  // namespace webhooks::limits
