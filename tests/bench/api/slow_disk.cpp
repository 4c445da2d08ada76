// Preloaded, it makes bringing data to disk take at least SLOW_DISK_MS milliseconds, as on a disk
// without a write-back cache: LD_PRELOAD=…/libslow_disk.so SLOW_DISK_MS=4 program
#include <chrono>
#include <cstdlib>
#include <dlfcn.h>
#include <thread>

namespace {

using Sync = int (*)(int);

std::chrono::duration<double, std::milli> least() {
  const char* const given = std::getenv("SLOW_DISK_MS");
  return std::chrono::duration<double, std::milli>(given != nullptr ? std::atof(given) : 0);
}

int slowly(const char* name, int file) {
  static const auto kLeast = least();
  const auto begun = std::chrono::steady_clock::now();
  const auto real = reinterpret_cast<Sync>(::dlsym(RTLD_NEXT, name));
  const int result = real(file);
  std::this_thread::sleep_until(begun + kLeast);
  return result;
}

}  // namespace

extern "C" int fsync(int file) { return slowly("fsync", file); }
extern "C" int fdatasync(int file) { return slowly("fdatasync", file); }
