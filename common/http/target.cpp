#include "common/http/target.h"

#include <algorithm>

#include "common/base/encoding.h"
#include "common/http/fields.h"

namespace webhooks::http {
namespace {

constexpr Refusal kBadTarget{400, "The request target is not a valid path and query."};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

enum class Plus { literal, blank };

bool decode_into(std::string& out, std::string_view text, Plus plus) {
  const auto start = out.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '+' && plus == Plus::blank) c = ' ';
    if (c == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      if (c == '\0') return false;
      i += 2;
    }
    out += c;
  }
  return is_utf8(std::string_view(out).substr(start));
}

bool decode_path(std::string_view path, Request& into) {
  into.path.clear();
  into.segments.clear();
  if (path == "/") {
    into.path = path;
    return true;
  }
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto slash = std::min(path.find('/'), path.size());
    auto& segment = into.segments.emplace_back();
    if (!decode_into(segment, path.substr(0, slash), Plus::literal)) return false;
    into.path += '/';
    into.path += segment;
    path.remove_prefix(slash);
  }
  return true;
}

bool decode_query(std::string_view query, Fields& into) {
  into.clear();
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto& [key, value] = into.emplace_back();
    if (!decode_into(key, pair.substr(0, equals), Plus::blank)) return false;
    if (equals < pair.size() && !decode_into(value, pair.substr(equals + 1), Plus::blank)) {
      return false;
    }
  }
  return true;
}

// "http://host/path?query" → "/path?query"; an empty path means "/" (RFC 9112 §3.2.2).
std::string without_authority(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!same_token(target.substr(0, scheme.size()), scheme)) continue;
    target.remove_prefix(scheme.size());
    const auto end = target.find_first_of("/?");
    if (end == 0 || target.empty()) return {};
    if (end == std::string_view::npos) return "/";
    const auto rest = target.substr(end);
    return rest.front() == '/' ? std::string(rest) : '/' + std::string(rest);
  }
  return {};
}

}  // namespace

std::optional<Refusal> decode_target(std::string_view target, Request& into) {
  if (target == "*" && into.method == "OPTIONS") {
    into.path = "*";
    return std::nullopt;
  }
  std::string absolute;
  if (target.empty() || target.front() != '/') {
    absolute = without_authority(target);
    if (absolute.empty()) return kBadTarget;
    target = absolute;
  }
  const bool plain = std::all_of(target.begin(), target.end(),
                                 [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
  if (!plain) return kBadTarget;
  const auto mark = std::min(target.find('?'), target.size());
  const auto query = target.substr(std::min(mark + 1, target.size()));
  if (!decode_path(target.substr(0, mark), into) || !decode_query(query, into.query)) {
    return kBadTarget;
  }
  return std::nullopt;
}

}  // namespace webhooks::http
