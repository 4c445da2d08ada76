#include "api/commands/table.h"

#include <algorithm>

#include "common/base/assert.h"

namespace webhooks::api::commands {
namespace {

// What a terminal shows of UTF-8: one column a code point, near enough for ids, URLs and subjects.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

void Table::row(std::vector<std::string> cells) {
  WEBHOOKS_ASSERT(cells.size() == rows_.front().size());
  for (std::string& text : cells)
    for (char& c : text)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  rows_.push_back(std::move(cells));
}

void Table::print(std::ostream& out) const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(widths[i] - width(row[i]) + 2, ' ');
    }
    out << line << '\n';
  }
}

std::string cell(const std::optional<Time>& time) { return time ? format_rfc3339(*time) : "-"; }

std::string cell(const std::optional<std::string>& text) {
  return text && !text->empty() ? *text : "-";
}

}  // namespace webhooks::api::commands
