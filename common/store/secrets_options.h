#pragma once

#include <string>
#include <vector>

#include "common/base/options.h"
#include "common/domain/secret_vault.h"
#include "common/store/backend.h"

namespace webhooks::store {

// The keys that signing secrets are sealed with, as both processes are told of them.
struct SecretsOptions {
  std::vector<std::string> key_files;
  std::vector<std::string> keys;  // base64

  std::vector<options::Option> describe();

  // Reads the files. Throws std::invalid_argument, which names the option, when there is no key in
  // one of them.
  SecretVault open() const;
};

// The key in a file; throws as above, naming `option`.
std::string read_secrets_key(const std::string& option, const std::string& path);

// Refuses to go on with secrets in the database that are sealed with a key that the vault does not
// have: std::invalid_argument. Says in the log when some are not sealed although there is a key.
void check_secrets(const SecretVault& vault, Session& session);

}  // namespace webhooks::store
