#include "worker/outbound/safe_text.h"

#include <algorithm>

#include "common/base/encoding.h"

namespace webhooks::worker {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Bytes of the character that `text` begins with; 0 when it is not well-formed.
std::size_t character_length(std::string_view text) {
  for (std::size_t length = 1; length <= std::min<std::size_t>(4, text.size()); ++length)
    if (is_utf8(text.substr(0, length))) return length;
  return 0;
}

bool is_control(std::string_view character) {
  const auto lead = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return lead < 0x20 || lead == 0x7f;
  return lead == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;  // U+0080 to U+009F
}

// Line and paragraph separators, direction marks, embeddings, overrides and isolates.
bool is_layout_mark(std::string_view character) {
  if (character == "\u061c") return true;
  if (character.size() != 3 || character.substr(0, 1) != "\xe2") return false;
  const auto second = static_cast<unsigned char>(character[1]);
  const auto third = static_cast<unsigned char>(character[2]);
  return (second == 0x80 && (third == 0x8e || third == 0x8f || (third >= 0xa8 && third <= 0xae))) ||
         (second == 0x81 && third >= 0xa6 && third <= 0xa9);
}

}  // namespace

std::string safe_excerpt(std::string_view bytes, std::size_t limit) {
  std::string out;
  while (!bytes.empty()) {
    const std::size_t length = character_length(bytes);
    std::string_view shown = length == 0 ? kReplacement : bytes.substr(0, length);
    if (length != 0 && is_control(shown)) shown = " ";
    if (length != 0 && is_layout_mark(shown)) shown = kReplacement;
    if (out.size() + shown.size() > limit) break;
    out += shown;
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string printable_ascii(std::string_view bytes, std::size_t limit) {
  std::string out(bytes.substr(0, limit));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

}  // namespace webhooks::worker
