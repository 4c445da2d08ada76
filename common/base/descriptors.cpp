#include "common/base/descriptors.h"

#include <algorithm>
#include <limits>
#include <sys/resource.h>

namespace webhooks {

std::size_t raise_descriptor_limit(std::size_t wanted) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return std::numeric_limits<std::size_t>::max();
  if (files.rlim_cur < wanted) {
    const rlim_t before = files.rlim_cur;
    files.rlim_cur = std::min<rlim_t>(wanted, files.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &files) != 0) files.rlim_cur = before;
  }
  return files.rlim_cur;
}

}  // namespace webhooks
