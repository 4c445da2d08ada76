#include "common/store/secrets_options.h"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include "common/base/log.h"
#include "common/base/option_values.h"

namespace webhooks::store {

std::vector<options::Option> SecretsOptions::describe() {
  const auto any = [](const std::string& value) { return std::optional(value); };
  return {
      options::list<std::string>(
          "secrets-key-file", "FILE", key_files, any, "a file",
          "A key that signing secrets are encrypted with at rest, 32 bytes in base64; the first "
          "encrypts, all decrypt"),
      options::secret(options::list<std::string>(
          "secrets-key", "BASE64", keys,
          [](const std::string& value) {
            return parse_secrets_key(value) ? std::optional(value) : std::nullopt;
          },
          "32 bytes in base64",
          "The same without a file, best by the environment: other users see a command line")),
  };
}

std::string read_secrets_key(const std::string& option, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(1024, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (!file.is_open() || file.bad())
    throw std::invalid_argument(option + ": " + path + " cannot be read");
  auto key = parse_secrets_key(text);
  if (!key) throw std::invalid_argument(option + ": " + path + " does not hold 32 bytes in base64");
  return *key;
}

SecretVault SecretsOptions::open() const {
  if (!keys.empty() && !key_files.empty())
    throw std::invalid_argument("--secrets-key: must not be given beside --secrets-key-file");
  std::vector<std::string> all;
  for (const std::string& key : keys) all.push_back(parse_secrets_key(key).value());
  for (const std::string& path : key_files)
    all.push_back(read_secrets_key("--secrets-key-file", path));
  return SecretVault(all);
}

void check_secrets(const SecretVault& vault, Session& session) {
  for (const std::string& id : session.secrets().key_ids()) {
    if (!vault.knows(id))
      throw std::invalid_argument(
          "--secrets-key-file: signing secrets of this database are encrypted with key " + id +
          ", which is not given");
    if (id.empty() && !vault.key_id().empty())
      log::warn("secrets.not_encrypted",
                {{"detail", "some are older than the key; see webhooks-api secrets rotate-key"}});
  }
}

}  // namespace webhooks::store
