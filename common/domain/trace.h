#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace webhooks {

// The caller's place in a distributed trace, as W3C Trace Context (level 1) has it.
struct TraceContext {
  std::string trace_id;   // 32 hexadecimal digits
  std::string parent_id;  // 16: the caller's span
  bool sampled = false;
};

// `traceparent` as it came; nullopt: it must be ignored. Of a version that we do not know, what
// version 00 defines is taken.
std::optional<TraceContext> parse_traceparent(std::string_view text);

// The header that a span of ours sends on, with `span` as its id (16 hexadecimal digits).
std::string traceparent(const TraceContext& context, std::string_view span);

// A span's id from random bytes; never all zeros, which the standard forbids.
std::string span_id(const std::array<std::byte, 8>& random);

}  // namespace webhooks
