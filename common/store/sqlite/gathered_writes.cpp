#include "common/store/sqlite/gathered_writes.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>
#include <sqlite3.h>

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
  int flush_log() { return log_ ? log_->flush() : SQLITE_OK; }

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

  // What could not be written is forgotten: whoever is told of it takes it back as a whole.
  int flush() {
    if (size_ == 0) return SQLITE_OK;
    const auto count = static_cast<int>(size_);
    size_ = 0;
    return methods().xWrite(inner(), bytes_.get(), count, at_);
  }

 private:
  sqlite3_file shown_{};  // first: it is what SQLite holds
  File* log_ = nullptr;   // of a database: its write-ahead log, while that is open
  File* database_ = nullptr;
  std::unique_ptr<char[]> bytes_;  // that wait,
  std::size_t size_ = 0;
  sqlite3_int64 at_ = 0;  // from there on in the file
};

// Passes a call on, after what waits.
template <auto Method, class... Args>
int after_writes(sqlite3_file* file, Args... args) {
  File& self = File::of(file);
  if (const int code = self.flush(); code != SQLITE_OK) return code;
  return (self.methods().*Method)(self.inner(), args...);
}

template <auto Method, class... Args>
int pass_on(sqlite3_file* file, Args... args) {
  File& self = File::of(file);
  return (self.methods().*Method)(self.inner(), args...);
}

int close(sqlite3_file* file) {
  File& self = File::of(file);
  const int written = self.flush();
  const int closed = self.methods().xClose(self.inner());
  self.~File();
  return written != SQLITE_OK ? written : closed;
}

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
  return File::of(file).write(bytes, count, at);
}

// Between its two copies of the log's new end: others believe it once they see both.
void announce(sqlite3_file* file) {
  File& self = File::of(file);
  // Synced logs (synchronous = FULL) have nothing that waits here, so nothing can fail.
  static_cast<void>(self.flush_log());
  self.methods().xShmBarrier(self.inner());
}

using Io = sqlite3_io_methods;
constexpr Io kMethods{
    3,
    close,
    after_writes<&Io::xRead>,
    write,
    after_writes<&Io::xTruncate>,
    after_writes<&Io::xSync>,
    after_writes<&Io::xFileSize>,
    pass_on<&Io::xLock>,
    after_writes<&Io::xUnlock>,
    pass_on<&Io::xCheckReservedLock>,
    after_writes<&Io::xFileControl>,
    pass_on<&Io::xSectorSize>,
    pass_on<&Io::xDeviceCharacteristics>,
    pass_on<&Io::xShmMap>,
    pass_on<&Io::xShmLock>,
    announce,
    pass_on<&Io::xShmUnmap>,
    after_writes<&Io::xFetch>,
    pass_on<&Io::xUnfetch>,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  if ((flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)) == 0)
    return below()->xOpen(below(), name, file, flags, out_flags);
  File& self = *new (file) File;
  const int code = below()->xOpen(below(), name, self.inner(), flags, out_flags);
  if (code != SQLITE_OK || self.methods().iVersion < kMethods.iVersion) {
    if (self.inner()->pMethods != nullptr) self.methods().xClose(self.inner());
    self.~File();
    return code != SQLITE_OK ? code : SQLITE_CANTOPEN;
  }
  if ((flags & SQLITE_OPEN_WAL) != 0) self.join(File::of(sqlite3_database_file_object(name)));
  self.show(&kMethods);
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
