#include "tests/contract/files/faulty_files.h"

#include <new>
#include <sqlite3.h>

namespace webhooks::store::test {
namespace {

sqlite3_vfs* below() {
  static sqlite3_vfs* const vfs = sqlite3_vfs_find("unix");
  return vfs;
}

// What SQLite holds, and behind it the file of the system below.
struct File {
  sqlite3_file shown{};
  Writes* writes = nullptr;
  sqlite3_file* inner() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
};

template <auto Method, class... Args>
auto pass_on(sqlite3_file* file, Args... args) {
  sqlite3_file* const inner = File::of(file).inner();
  return (inner->pMethods->*Method)(inner, args...);
}

int write(sqlite3_file* file, const void* bytes, int count, sqlite3_int64 at) {
  if (Writes* const writes = File::of(file).writes) {
    ++writes->count;
    const bool fails =
        writes->fail_all || (writes->fail_from_now > 0 && --writes->fail_from_now == 0);
    if (fails) {
      ++writes->failed;
      return SQLITE_FULL;
    }
  }
  return pass_on<&sqlite3_io_methods::xWrite>(file, bytes, count, at);
}

using Io = sqlite3_io_methods;
constexpr Io kMethods{
    3,
    pass_on<&Io::xClose>,
    pass_on<&Io::xRead>,
    write,
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
    pass_on<&Io::xShmLock>,
    pass_on<&Io::xShmBarrier>,
    pass_on<&Io::xShmUnmap>,
    pass_on<&Io::xFetch>,
    pass_on<&Io::xUnfetch>,
};

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  File& self = *new (file) File;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) self.writes = &database_writes();
  if ((flags & SQLITE_OPEN_WAL) != 0) self.writes = &log_writes();
  const int code = below()->xOpen(below(), name, self.inner(), flags, out_flags);
  if (self.inner()->pMethods != nullptr) self.shown.pMethods = &kMethods;
  return code;
}

// Before main(): whoever asks for the default file system must find this one.
[[maybe_unused]] const int kRegistered = [] {
  static sqlite3_vfs vfs;
  sqlite3_initialize();
  vfs = *below();
  vfs.zName = "faulty";
  vfs.szOsFile += static_cast<int>(sizeof(File));
  vfs.xOpen = open;
  vfs.pNext = nullptr;
  return sqlite3_vfs_register(&vfs, 1);
}();

}  // namespace

Writes& database_writes() {
  static Writes writes;
  return writes;
}

Writes& log_writes() {
  static Writes writes;
  return writes;
}

}  // namespace webhooks::store::test
