#include "common/domain/trace.h"

#include <algorithm>

namespace webhooks {
namespace {

constexpr std::size_t kLength = 55;  // of version 00: 2 + 32 + 16 + 2 digits and three dashes
constexpr std::string_view kDigits = "0123456789abcdef";

bool is_hex(std::string_view text) {  // capitals are not allowed
  return text.find_first_not_of(kDigits) == std::string_view::npos;
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

std::optional<TraceContext> parse_traceparent(std::string_view text) {
  if (text.size() < kLength || text[2] != '-' || text[35] != '-' || text[52] != '-')
    return std::nullopt;
  const std::string_view version = text.substr(0, 2);
  const std::string_view flags = text.substr(53, 2);
  if (!is_hex(version) || version == "ff" || !is_hex(flags)) return std::nullopt;
  if (version == "00" ? text.size() != kLength : text.size() > kLength && text[kLength] != '-')
    return std::nullopt;
  const std::string_view trace = text.substr(3, 32);
  const std::string_view parent = text.substr(36, 16);
  if (!is_id(trace) || !is_id(parent)) return std::nullopt;
  const bool sampled = kDigits.find(flags[1]) % 2 == 1;
  return TraceContext{std::string(trace), std::string(parent), sampled};
}

std::string traceparent(const TraceContext& context, std::string_view span) {
  return "00-" + context.trace_id + '-' + std::string(span) + (context.sampled ? "-01" : "-00");
}

std::string span_id(const std::array<std::byte, 8>& random) {
  std::string id;
  for (const std::byte byte : random) {
    id += kDigits[static_cast<std::size_t>(byte) >> 4];
    id += kDigits[static_cast<std::size_t>(byte) & 15];
  }
  if (std::all_of(id.begin(), id.end(), [](char c) { return c == '0'; })) id.back() = '1';
  return id;
}

}  // namespace webhooks
