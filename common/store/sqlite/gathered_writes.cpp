#include "common/store/sqlite/gathered_writes.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <sqlite3.h>
#include <utility>

#include "common/base/assert.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::size_t kMostBytes = 0x1ffff;  // that SQLite's own file system writes at once

sqlite3_vfs* below() {
  static sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  return vfs;
}

// An open database or log. SQLite allots the memory: this, and behind it the file of the system
// below.
class File {
 public:
  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (database_) database_->log_ = nullptr;
    if (log_) log_->database_ = nullptr;
  }

  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  sqlite3_file* inner() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  const sqlite3_io_methods& methods() { return *inner()->pMethods; }
  void show(const sqlite3_io_methods* methods) { shown_.pMethods = methods; }

  void join(File& database) {
    database_ = &database;
    database.log_ = this;
  }
  File* log() { return log_; }

  int write(const void* bytes, int count, sqlite3_int64 at) {
    const auto size = static_cast<std::size_t>(count);
    const bool follows = at == at_ + static_cast<sqlite3_int64>(size_);
    if (size_ > 0 && (!follows || size_ + size > kMostBytes))
      if (const int code = flush(); code != SQLITE_OK) return code;
    if (!bytes_) bytes_.reset(new (std::nothrow) char[kMostBytes]);
    if (!bytes_ || size > kMostBytes) return methods().xWrite(inner(), bytes, count, at);
    if (size_ == 0) at_ = at;
    std::memcpy(bytes_.get() + size_, bytes, size);
    size_ += size;
    return SQLITE_OK;
  }

  // What could not be written is forgotten: whoever is told of it takes all of it back.
  int flush() {
    const auto count = static_cast<int>(std::exchange(size_, 0));
    return count == 0 ? SQLITE_OK : methods().xWrite(inner(), bytes_.get(), count, at_);
  }

  void forget() { size_ = 0; }

 private:
  sqlite3_file shown_{};  // first: it is what SQLite holds
  File* log_ = nullptr;   // of a database: its write-ahead log, while that is open
  File* database_ = nullptr;
  std::unique_ptr<char[]> bytes_;  // that wait,
  std::size_t size_ = 0;
  sqlite3_int64 at_ = 0;  // from there on in the file
};

template <auto Method, class... Args>
int pass_on(sqlite3_file* file, Args... args) {
  File& self = File::of(file);
  return (self.methods().*Method)(self.inner(), args...);
}

// Of a log: passes a call on, after what waits.
template <auto Method, class... Args>
int after_writes(sqlite3_file* file, Args... args) {
  if (const int code = File::of(file).flush(); code != SQLITE_OK) return code;
  return pass_on<Method>(file, args...);
}

int close(sqlite3_file* file) {
  File& self = File::of(file);
  const int closed = self.methods().xClose(self.inner());
  self.~File();
  return closed;
}

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
  return File::of(file).write(bytes, count, at);
}

// A transaction that outgrows its cache reads back what it has put into the log. When a read tells
// that the disk is full, SQLite undoes the statement that reads, and the transaction goes on with
// pages of others that were never written: so it is told of a failing disk, and undoes all.
int read(sqlite3_file* file, void* bytes, int count, sqlite3_int64 at) {
  if (File::of(file).flush() != SQLITE_OK) return SQLITE_IOERR_WRITE;
  return pass_on<&sqlite3_io_methods::xRead>(file, bytes, count, at);
}

// Of a database: called between the two copies of its log's new end. Others believe it once they
// see both.
void announce(sqlite3_file* file) {
  File& self = File::of(file);
  // A log that is synced (synchronous = FULL) has nothing that waits here, so nothing can fail.
  if (File* const log = self.log()) static_cast<void>(log->flush());
  self.methods().xShmBarrier(self.inner());
}

// Of a database: the first of the locks in its log's index is the one to write to the log. What
// still waits when that goes has been undone, and soon others write to where it would stand.
int lock_index(sqlite3_file* file, int offset, int count, int flags) {
  File* const log = File::of(file).log();
  if (log && offset == 0 && (flags & SQLITE_SHM_UNLOCK) != 0) log->forget();
  return pass_on<&sqlite3_io_methods::xShmLock>(file, offset, count, flags);
}

using Io = sqlite3_io_methods;
constexpr Io kDatabase{
    3,
    close,
    pass_on<&Io::xRead>,
    pass_on<&Io::xWrite>,
    pass_on<&Io::xTruncate>,
    pass_on<&Io::xSync>,
    pass_on<&Io::xFileSize>,
    pass_on<&Io::xLock>,
    pass_on<&Io::xUnlock>,
    pass_on<&Io::xCheckReservedLock>,
    pass_on<&Io::xFileControl>,
    pass_on<&Io::xSectorSize>,
    pass_on<&Io::xDeviceCharacteristics>,
    pass_on<&Io::xShmMap>,
    lock_index,
    announce,
    pass_on<&Io::xShmUnmap>,
    pass_on<&Io::xFetch>,
    pass_on<&Io::xUnfetch>,
};
constexpr Io kLog = [] {
  Io log = kDatabase;
  log.xRead = read;
  log.xWrite = write;
  log.xTruncate = after_writes<&Io::xTruncate>;
  log.xSync = after_writes<&Io::xSync>;
  log.xFileSize = after_writes<&Io::xFileSize>;
  return log;
}();

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0)
    return below()->xOpen(below(), name, file, flags, out_flags);
  File& self = *new (file) File;
  const int code = below()->xOpen(below(), name, self.inner(), flags, out_flags);
  if (code != SQLITE_OK || self.methods().iVersion < kDatabase.iVersion) {
    if (self.inner()->pMethods != nullptr) self.methods().xClose(self.inner());
    self.~File();
    return code != SQLITE_OK ? code : SQLITE_CANTOPEN;
  }
  const bool is_log = (flags & SQLITE_OPEN_WAL) != 0;
  if (is_log) self.join(File::of(sqlite3_database_file_object(name)));
  self.show(is_log ? &kLog : &kDatabase);
  return SQLITE_OK;
}

}  // namespace

const char* gathered_writes() {
  static sqlite3_vfs vfs = [] {
    WEBHOOKS_ASSERT(below() != nullptr);
    sqlite3_vfs made = *below();
    made.zName = "gathered_writes";
    made.szOsFile += static_cast<int>(sizeof(File));
    made.xOpen = open;
    made.pNext = nullptr;
    return made;
  }();
  static const int registered = sqlite3_vfs_register(&vfs, 0);
  WEBHOOKS_ASSERT(registered == SQLITE_OK);
  return vfs.zName;
}

}  // namespace webhooks::store::sqlite
