#pragma once

#include <cstdint>
#include <string>

namespace webhooks::store {

// What a backup holds, or what was restored from one.
struct BackupReport {
  std::int64_t schema_version = 0;  // of the backup
  std::int64_t bytes = 0;
  std::int64_t events = 0;
  std::int64_t webhooks = 0;
  std::int64_t deliveries = 0;
  std::int64_t claims = 0;  // attempts that were under way: a restore puts them back into the queue
};

// One thing that is not as it must be.
struct Violation {
  std::string rule;  // a short name, e.g. "lane-single"
  std::string what;  // what is wrong with which rows
};

}  // namespace webhooks::store
