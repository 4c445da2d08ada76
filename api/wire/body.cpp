#include "api/wire/body.h"

#include <algorithm>
#include <string>

#include "api/wire/problem.h"
#include "common/json/parse.h"

namespace webhooks::api {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

// Cuts what stands before the next `separator` off `rest`.
std::string_view next(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trimmed(part);
}

bool is_media_type(std::string_view header, std::initializer_list<std::string_view> types) {
  const std::string type = lower(next(header, ';'));
  if (std::find(types.begin(), types.end(), type) == types.end()) return false;
  while (!header.empty()) {
    const std::string parameter = lower(next(header, ';'));
    if (parameter.starts_with("charset=") && parameter != "charset=utf-8" &&
        parameter != "charset=\"utf-8\"")
      return false;
  }
  return true;
}

// "q=0", "q=0.0" and so on: the client says that it cannot take this type.
bool is_zero_weight(std::string_view parameter) {
  return lower(parameter).starts_with("q=") &&
         parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

std::variant<json::Document, http::Reply> read_body(const http::Request& request,
                                                    std::initializer_list<std::string_view> types) {
  if (!is_media_type(request.header("Content-Type").value_or(""), types)) {
    std::string names;
    for (const std::string_view type : types)
      names += (names.empty() ? "" : " or ") + std::string(type);
    return reply({415, "unsupported-media-type", "The body must be " + names + '.', {}, {}, {}});
  }
  auto parsed = json::parse(request.body);
  if (auto* error = std::get_if<json::ParseError>(&parsed))
    return reply({400,
                  "malformed-json",
                  error->message + " (at byte " + std::to_string(error->offset) + ')',
                  {},
                  {},
                  {}});
  return std::move(std::get<json::Document>(parsed));
}

std::variant<json::Document, http::Reply> read_optional_body(const http::Request& request) {
  if (!request.body.empty()) return read_body(request);
  json::Document empty;
  empty.SetObject();
  return empty;
}

bool accepts(std::string_view accept, std::string_view type) {
  if (trimmed(accept).empty()) return true;
  const std::string family = std::string(type.substr(0, type.find('/'))) + "/*";
  // The most specific range that fits decides.
  int best = -1;
  bool good = false;
  while (!accept.empty()) {
    std::string_view item = next(accept, ',');
    const std::string range = lower(next(item, ';'));
    const int rank = range == type                    ? 2
                     : range == family                ? 1
                     : range == "*/*" || range == "*" ? 0
                                                      : -1;
    bool zero = false;
    while (!item.empty()) zero = is_zero_weight(next(item, ';')) || zero;
    if (rank > best || (rank >= 0 && rank == best && !zero)) {
      best = rank;
      good = !zero;
    }
  }
  return good;
}

}  // namespace webhooks::api
