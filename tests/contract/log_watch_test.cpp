#include "common/store/sqlite/log_watch.h"

#include <atomic>
#include <fstream>
#include <semaphore>

#include "tests/contract/world.h"

// SQLite's own: whether it is worth asking for changes.
using namespace webhooks::store::sqlite;
using namespace webhooks::store::test;

namespace {

struct Log {
  TemporaryFolder folder;
  std::string path = (folder.path() / "test.db-wal").string();
  LogWatch::Instant now = std::chrono::steady_clock::now();

  Log() { write(); }
  void write() const { std::ofstream(path, std::ios::app) << "page"; }
  bool is_quiet(LogWatch& watch, std::chrono::milliseconds later) {
    now += later;
    return watch.is_quiet(now);
  }
};

}  // namespace

TEST_CASE("a log that nobody writes to is quiet, but for a look now and then") {
  Log log;
  LogWatch watch(log.path.c_str());
  CHECK_FALSE(log.is_quiet(watch, 0ms));
  CHECK(log.is_quiet(watch, 5ms));
  CHECK(log.is_quiet(watch, 900ms));
  CHECK_FALSE(log.is_quiet(watch, 100ms));
  CHECK(log.is_quiet(watch, 5ms));
}

TEST_CASE("a log that was written to is not quiet until a commit must have been seen") {
  Log log;
  LogWatch watch(log.path.c_str());
  log.is_quiet(watch, 0ms);
  log.write();
  CHECK_FALSE(log.is_quiet(watch, 5ms));
  CHECK_FALSE(log.is_quiet(watch, 1900ms));
  CHECK(log.is_quiet(watch, 100ms));
}

TEST_CASE("a log that is not there any more, or never was, is never quiet") {
  Log log;
  LogWatch watch(log.path.c_str());
  log.is_quiet(watch, 0ms);
  CHECK(log.is_quiet(watch, 5ms));
  std::filesystem::rename(log.path, log.path + ".old");
  CHECK_FALSE(log.is_quiet(watch, 5ms));
  CHECK_FALSE(log.is_quiet(watch, 10s));
  CHECK_FALSE(log.is_quiet(watch, 5ms));

  LogWatch nothing((log.path + ".none").c_str());
  LogWatch nowhere(nullptr);
  for (LogWatch* const one : {&nothing, &nowhere}) {
    CHECK_FALSE(one->is_quiet(log.now));
    CHECK_FALSE(one->is_quiet(log.now + 1ms));
  }
}

TEST_CASE("who asks is woken once, by the next write") {
  Log log;
  LogWatch watch(log.path.c_str());
  log.is_quiet(watch, 0ms);
  std::atomic<int> woken = 0;
  std::counting_semaphore<8> wakes{0};
  const auto wake = [&] {
    ++woken;
    wakes.release();
  };
  REQUIRE(watch.wake_when_written(wake, log.now));
  log.write();
  wakes.acquire();
  log.write();  // nobody asks
  CHECK_FALSE(log.is_quiet(watch, 5ms));
  CHECK_FALSE(watch.wake_when_written(wake, log.now));  // a commit may still be on its way
  CHECK(log.is_quiet(watch, 2s - 1ms) == false);
  log.is_quiet(watch, 1ms);
  log.write();  // before it is asked for, and not read yet
  REQUIRE(watch.wake_when_written(wake, log.now));
  wakes.acquire();
  CHECK(woken == 2);
}

TEST_CASE("a wish that is taken back is not fulfilled") {
  Log log;
  LogWatch watch(log.path.c_str());
  log.is_quiet(watch, 0ms);
  std::atomic<int> woken = 0;
  std::binary_semaphore seen{0};
  REQUIRE(watch.wake_when_written([&] { ++woken; }, log.now));
  CHECK_FALSE(watch.wake_when_written({}, log.now));
  log.write();
  REQUIRE(watch.wake_when_written([&] { seen.release(); }, log.now));
  seen.acquire();
  CHECK(woken == 0);

  LogWatch nothing((log.path + ".none").c_str());
  CHECK_FALSE(nothing.wake_when_written([&] { ++woken; }, log.now));
}

TEST_CASE("a worker that has slept sees the next commit at once") {
  World<SqliteEngine> world;
  auto& turns = world.session().turns();
  turns.changed();
  CHECK_FALSE(turns.changed());
  const auto other = world.connect();
  other->contracts().put({{"CTR-2"}, kPartner, "late", true}, kStart);
  CHECK(turns.changed());
  CHECK_FALSE(turns.changed());
}
