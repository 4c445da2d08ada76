#include "api/export/export.h"

#include <algorithm>
#include <cstdlib>
#include <date/tz.h>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <memory>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "common/base/assert.h"
#include "common/base/encoding.h"
#include "common/base/unique_fd.h"
#include "common/domain/limits.h"

namespace webhooks::api {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kLongestCell =
    32'767;  // Excel's limit; counted in bytes here, which is never more
constexpr std::size_t kPiece = 64 * 1024;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// "_xHHHH_" at the beginning of `text`: Excel shows it as the character of that code.
bool is_escape(std::string_view text) {
  return text.size() >= 7 && text.starts_with("_x") && text[6] == '_' &&
         text.substr(2, 4).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

void demand(lxw_error error) {
  if (error != LXW_NO_ERROR)
    throw std::runtime_error(std::string("the workbook cannot be written: ") + lxw_strerror(error));
}

// A file without a name: whatever happens, a kill too, nothing of it is left behind.
std::shared_ptr<const UniqueFd> nameless_file() {
  const std::string folder = std::filesystem::temp_directory_path().string();
  std::string path = folder + "/webhooks-export-XXXXXX";
  const int made = ::mkostemp(path.data(), O_CLOEXEC);
  if (made < 0) throw std::runtime_error("no temporary file can be made in " + folder);
  ::unlink(path.c_str());
  return std::make_shared<const UniqueFd>(made);
}

}  // namespace

struct TextSheet::Parts {
  std::shared_ptr<const UniqueFd> file = nameless_file();
  lxw_workbook* workbook = nullptr;
  lxw_worksheet* sheet = nullptr;
  lxw_row_t rows = 1;

  Parts() {
    // libxlsxwriter writes to a name, not to a descriptor or memory: Linux has a name for each.
    const std::string path = "/proc/self/fd/" + std::to_string(file->get());
    lxw_workbook_options options{LXW_TRUE, nullptr, LXW_FALSE};
    workbook = ::workbook_new_opt(path.c_str(), &options);
    if (workbook == nullptr) throw std::runtime_error("no workbook can be made");
    sheet = ::workbook_add_worksheet(workbook, "Webhooks");
  }
  ~Parts() {
    if (workbook != nullptr) ::lxw_workbook_free(workbook);
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  void write(lxw_row_t row, const Row& cells, lxw_format* format) const {
    for (std::size_t i = 0; i < cells.size(); ++i)
      demand(::worksheet_write_string(sheet, row, static_cast<lxw_col_t>(i),
                                      cell_text(cells[i]).c_str(), format));
  }
};

TextSheet::TextSheet(const Row& header) : parts_(std::make_unique<Parts>()) {
  lxw_format* bold = ::workbook_add_format(parts_->workbook);
  ::format_set_bold(bold);
  ::worksheet_freeze_panes(parts_->sheet, 1, 0);
  constexpr std::array<double, kColumns> kWidths{20, 60, 44, 12};
  for (lxw_col_t i = 0; i < kColumns; ++i)
    ::worksheet_set_column(parts_->sheet, i, i, kWidths[i], nullptr);
  parts_->write(0, header, bold);
}

TextSheet::~TextSheet() = default;

void TextSheet::add(const Row& row) {
  WEBHOOKS_ASSERT(parts_->rows <= limits::kExportRows);
  parts_->write(parts_->rows, row, nullptr);
  ++parts_->rows;
}

http::Reply TextSheet::finish() && {
  demand(::worksheet_autofilter(parts_->sheet, 0, 0, parts_->rows - 1, kColumns - 1));
  demand(::workbook_close(std::exchange(parts_->workbook, nullptr)));
  const auto file = parts_->file;
  parts_.reset();
  struct stat status {};
  if (::fstat(file->get(), &status) != 0 || ::lseek(file->get(), 0, SEEK_SET) != 0)
    throw std::runtime_error("the workbook cannot be read back");

  http::Reply reply;
  reply.stream_length = static_cast<std::uint64_t>(status.st_size);
  reply.stream = [file] {
    std::string piece(kPiece, '\0');
    ssize_t got = 0;
    do got = ::read(file->get(), piece.data(), piece.size());
    while (got < 0 && errno == EINTR);
    if (got < 0) throw std::runtime_error("the workbook cannot be read");
    piece.resize(static_cast<std::size_t>(got));
    return piece;
  };
  return reply;
}

std::string cell_text(std::string_view text) {
  const bool sound = is_utf8(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool control = byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
    const std::string_view rest = text.substr(i);
    const bool noncharacter = rest.starts_with("\xEF\xBF\xBE") || rest.starts_with("\xEF\xBF\xBF");
    if (control || (byte >= 0x80 && !sound)) {
      out += kReplacement;
    } else if (noncharacter) {
      out += kReplacement;
      i += 2;
    } else {
      if (is_escape(rest)) out += "_x005F";
      out += text[i];
    }
  }
  if (out.size() > kLongestCell) {
    std::size_t end = kLongestCell;
    while (is_continuation(out[end])) --end;
    out.resize(end);
  }
  return out;
}

std::optional<std::string> export_file_name(Time now, const std::string& zone) {
  try {
    const auto local =
        date::locate_zone(zone)->to_local(date::sys_time<Millis>(now.time_since_epoch()));
    const auto day = date::floor<date::days>(local);
    const date::year_month_day ymd(day);
    const auto minutes = std::chrono::floor<std::chrono::minutes>(local - day).count();
    return fmt::format("Webhooks_{:02}{:02}{:04}_{:02}{:02}.xlsx", static_cast<unsigned>(ymd.day()),
                       static_cast<unsigned>(ymd.month()), static_cast<int>(ymd.year()),
                       minutes / 60, minutes % 60);
  } catch (const std::runtime_error&) {
    return std::nullopt;
  }
}

}  // namespace webhooks::api
