#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/base/guarded.h"

namespace webhooks::http {

// Counts connections in all and per address (IPv6: per /64, what one customer has). Thread-safe;
// slots may outlive it.
class Admission {
 public:
  enum class Verdict {
    admitted,
    refused,  // over a limit: tell it so with a 503
    dropped,  // too many are being told so already
  };

  // Held by a connection for its life.
  class Slot;

  Admission(std::size_t connections, std::size_t per_address);

  struct Answer {
    Verdict verdict;
    std::unique_ptr<Slot> slot;  // null only when dropped
  };
  Answer enter(std::string_view address);

  std::size_t connections() const { return ledger_->admitted.load(std::memory_order_relaxed); }

 private:
  struct Ledger {
    std::atomic<std::size_t> admitted{0};
    std::atomic<std::size_t> refused{0};
    Guarded<std::unordered_map<std::string, std::size_t>> by_address;
  };

  std::size_t connections_;
  std::size_t per_address_;
  std::shared_ptr<Ledger> ledger_;
};

class Admission::Slot {
 public:
  Slot(std::shared_ptr<Ledger> ledger, std::string group, bool admitted)
      : ledger_(std::move(ledger)), group_(std::move(group)), admitted_(admitted) {}
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
  ~Slot();

 private:
  std::shared_ptr<Ledger> ledger_;
  std::string group_;
  bool admitted_;
};

}  // namespace webhooks::http
