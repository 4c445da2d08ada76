#include "common/http/admission.h"

#include <arpa/inet.h>

namespace webhooks::http {
namespace {

constexpr std::size_t kRefusedAtOnce = 64;  // each lives for the linger time at most

std::string group_of(std::string_view address) {
  in6_addr bytes{};
  const std::string text(address);
  if (inet_pton(AF_INET6, text.c_str(), &bytes) != 1) return text;
  return {reinterpret_cast<const char*>(bytes.s6_addr), 8};
}

}  // namespace

Admission::Admission(std::size_t connections, std::size_t per_address)
    : connections_(connections), per_address_(per_address), ledger_(std::make_shared<Ledger>()) {}

Admission::Answer Admission::enter(std::string_view address) {
  auto group = group_of(address);
  const bool admitted = ledger_->by_address.with([&](auto& counts) {
    if (ledger_->admitted >= connections_) return false;
    auto& count = counts[group];
    if (count >= per_address_) return false;
    ++count;
    ++ledger_->admitted;
    return true;
  });
  if (admitted) return {Verdict::admitted, std::make_unique<Slot>(ledger_, std::move(group), true)};
  if (ledger_->refused.fetch_add(1) >= kRefusedAtOnce) {
    --ledger_->refused;
    return {Verdict::dropped, nullptr};
  }
  return {Verdict::refused, std::make_unique<Slot>(ledger_, std::string(), false)};
}

Admission::Slot::~Slot() {
  if (!admitted_) {
    --ledger_->refused;
    return;
  }
  ledger_->by_address.with([&](auto& counts) {
    --ledger_->admitted;
    const auto entry = counts.find(group_);
    if (--entry->second == 0) counts.erase(entry);
  });
}

}  // namespace webhooks::http
