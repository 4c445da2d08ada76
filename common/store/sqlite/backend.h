#pragma once

#include <memory>
#include <string>

#include "common/store/backend.h"

namespace webhooks::store::sqlite {

// A SQLite file. `path` is as the file system takes it; its folder must exist.
std::unique_ptr<Backend> make_backend(std::string path, SecretVault vault);

}  // namespace webhooks::store::sqlite
