#pragma once

#include <optional>
#include <string_view>

#include "common/http/message.h"

namespace webhooks::http {

// ASCII without case, as field names and most tokens are compared (RFC 9110 §5.1).
bool same_token(std::string_view a, std::string_view b);

// token = 1*tchar (RFC 9110 §5.6.2): methods and field names.
bool is_token(std::string_view text);

// Visible characters, blanks, tabs and obs-text; no CR, LF, NUL or other control character (RFC
// 9110 §5.5).
bool is_field_value(std::string_view text);

// Without the blanks and tabs around it.
std::string_view trim(std::string_view text);

// The first field of that name.
std::optional<std::string_view> find_field(const Fields& fields, std::string_view name);

// True when `token` is a member of the comma-separated list that all fields of that name make
// together.
bool has_token(const Fields& fields, std::string_view name, std::string_view token);

// Calls `use(element)` for each non-empty, trimmed element of a comma-separated list.
template <class Use>
void for_each_element(std::string_view list, Use&& use) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    if (const auto element = trim(list.substr(0, comma)); !element.empty()) use(element);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace webhooks::http
