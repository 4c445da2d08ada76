#include "common/store/backend.h"
#include "common/store/sqlite/backend.h"

namespace webhooks::store {

std::unique_ptr<Backend> open_backend(std::string_view url, SecretVault vault) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (url.starts_with(kSqlite) && url.size() > kSqlite.size())
    return sqlite::make_backend(std::string(url.substr(kSqlite.size())), std::move(vault));
  throw std::invalid_argument("the database is given as sqlite:PATH, not as \"" + std::string(url) +
                              "\"");
}

}  // namespace webhooks::store
