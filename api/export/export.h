#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/base/time.h"
#include "common/http/message.h"

namespace webhooks::api {

// One sheet of text, written row by row into a temporary file, so that memory stays flat however
// many rows. Every cell is a string: what begins with '=' stays text. Throws std::runtime_error
// when the file cannot be written.
class TextSheet {
 public:
  static constexpr std::size_t kColumns = 4;
  using Row = std::array<std::string, kColumns>;

  // A bold and frozen header row.
  explicit TextSheet(const Row& header);
  ~TextSheet();
  TextSheet(const TextSheet&) = delete;
  TextSheet& operator=(const TextSheet&) = delete;

  // REQUIRES: fewer rows than limits::kExportRows so far.
  void add(const Row& row);

  // Puts the autofilter on, ends the file and gives it as the body of a reply. The file never has a
  // name, and its content goes with the body, on every path. Once.
  http::Reply finish() &&;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// Text as a cell can hold it: what is no UTF-8 and what XML 1.0 has no place for becomes U+FFFD,
// what Excel would read as an escape (_x0041_) stays as it is, what is longer than a cell is cut.
std::string cell_text(std::string_view text);

// "Webhooks_26112025_1152.xlsx": the date and time of `now` in an IANA zone. nullopt: no such zone.
std::optional<std::string> export_file_name(Time now, const std::string& zone);

}  // namespace webhooks::api
