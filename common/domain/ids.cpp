#include "common/domain/ids.h"

#include <algorithm>

#include "common/base/encoding.h"
#include "common/domain/limits.h"

namespace webhooks {
namespace {

bool is_token(std::string_view text, std::size_t longest, std::string_view extra) {
  const auto allowed = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           extra.find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= longest && std::all_of(text.begin(), text.end(), allowed);
}

}  // namespace

bool is_contract_id(std::string_view text) {
  return is_token(text, limits::kContractIdLength, "._-");
}

bool is_partner_id(std::string_view text) {
  return is_token(text, limits::kPartnerIdLength, "._-");
}

bool is_event_id(std::string_view text) { return is_token(text, limits::kEventIdLength, "_-"); }

bool is_subject(std::string_view text) {
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !text.empty() && text.size() <= limits::kSubjectLength && is_utf8(text) &&
         std::none_of(text.begin(), text.end(), control);
}

}  // namespace webhooks
