#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "common/store/backend.h"
#include "common/store/sqlite/connection.h"

// One contract suite, every engine: a test takes its engine as a template argument and sees only
// the seams. A second engine adds its class here and to WEBHOOKS_ENGINES.
namespace webhooks::store::test {

// A folder that goes away with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "webhooks-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class SqliteEngine {
 public:
  SqliteEngine() : backend_(open({})) { backend_->migrate(); }
  Backend& backend() { return *backend_; }

  // The same database, by somebody who knows these keys.
  std::unique_ptr<Backend> open(SecretVault vault) const {
    return open_backend("sqlite:" + path(), std::move(vault));
  }
  // As a producer writes an event that shares the database.
  void produce(const std::string& id, const std::string& contract) const {
    sqlite::Connection(path(), sqlite::Connection::Mode::existing)
        .run(
            "INSERT INTO outbox (id, type, contract_id, subject, data) VALUES (?, 'product.added', "
            "?, "
            "'product/PR-1', '{}')",
            id, contract);
  }
  std::string path() const { return (folder_.path() / "test.db").string(); }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Backend> backend_;
};

}  // namespace webhooks::store::test

#define WEBHOOKS_ENGINES webhooks::store::test::SqliteEngine
