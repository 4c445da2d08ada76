#include "api/handlers/fields.h"

#include <algorithm>

#include "api/wire/problem.h"
#include "api/wire/query.h"

namespace webhooks::api {

bool check_text(json::ObjectReader& reader, std::string_view field, const std::string& text,
                std::size_t longest) {
  const auto characters =
      static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      }));
  if (characters > longest) {
    reader.refuse(field, "too_long",
                  "must have at most " + std::to_string(longest) + " characters");
    return false;
  }
  const bool clean = std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t') ||
           c == 0x7f;
  });
  if (!clean) reader.refuse(field, "control_character", "must not hold control characters");
  return clean;
}

Precondition::Precondition(const http::Request& request) {
  const auto header = request.header("If-Match");
  if (!header || *header == "*") return;
  versions_.emplace();
  for (std::string_view rest = *header; !rest.empty();) {
    const auto comma = std::min(rest.find(','), rest.size());
    std::string_view tag = rest.substr(0, comma);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
    while (tag.starts_with(' ')) tag.remove_prefix(1);
    while (tag.ends_with(' ')) tag.remove_suffix(1);
    if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') continue;
    if (const auto version = parse_integer(tag.substr(1, tag.size() - 2)))
      versions_->push_back(*version);
  }
}

bool Precondition::holds(std::int64_t version) const {
  return !versions_ || std::find(versions_->begin(), versions_->end(), version) != versions_->end();
}

std::string etag(std::int64_t version) { return '"' + std::to_string(version) + '"'; }

http::Reply stale(std::int64_t current) {
  return reply({412,
                "stale",
                "It has changed since: its version now is " + std::to_string(current) + '.',
                {},
                {{"ETag", etag(current)}},
                {}});
}

}  // namespace webhooks::api
