#pragma once

#include <atomic>

// A file system below SQLite's default one, in whose place it stands in this program: it counts
// writes and fails those that a test wants to fail.
namespace webhooks::store::test {

struct Writes {
  std::atomic<int> count = 0;
  std::atomic<int> fail_from_now = 0;  // that write fails, counted from 1; 0: none does
  std::atomic<bool> fail_all = false;  // from now on
  std::atomic<int> failed = 0;
};

Writes& database_writes();
Writes& log_writes();

}  // namespace webhooks::store::test
