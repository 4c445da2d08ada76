#include "common/store/sqlite/files.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/unique_fd.h"
#include "common/store/backend.h"

namespace webhooks::store::sqlite {
namespace {

[[noreturn]] void fail(const std::string& doing) {
  throw StoreError(doing + ": " + std::strerror(errno));
}

void sync(const std::string& path, int flags) {
  const UniqueFd file(::open(path.c_str(), flags | O_CLOEXEC));
  if (file.get() < 0 || ::fsync(file.get()) != 0) fail("cannot bring " + path + " to disk");
}

void sync_folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path().string();
  sync(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
}

}  // namespace

PendingFile::PendingFile(std::string path)
    : path_(std::move(path)), name_(path_ + ".part-" + std::to_string(::getpid())) {
  if (exists(path_)) throw StoreError("there is already a file " + path_);
  const UniqueFd file(
      ::open(name_.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR));
  if (file.get() < 0) fail("cannot write " + name_);
}

PendingFile::~PendingFile() {
  ::unlink(name_.c_str());
  for (const char* suffix : {"-wal", "-shm", "-journal"}) ::unlink((name_ + suffix).c_str());
}

void PendingFile::keep() {
  sync(name_, O_RDONLY);
  // Some file systems cannot refuse to replace; then there is a short moment in which we would.
  if (::renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno != EINVAL || exists(path_)) fail("cannot make " + path_);
    rename_for_good(name_, path_);
  }
  sync_folder_of(path_);
}

std::string frozen_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '?' || c == '#' || c == '%') {
      constexpr const char* kHex = "0123456789ABCDEF";
      uri += {'%', kHex[c >> 4], kHex[c & 15]};
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

bool exists(const std::string& path) {
  struct stat unused {};
  return ::lstat(path.c_str(), &unused) == 0;
}

void rename_for_good(const std::string& from, const std::string& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0) fail("cannot rename " + from + " to " + to);
  sync_folder_of(to);
}

}  // namespace webhooks::store::sqlite
