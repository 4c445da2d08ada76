#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/domain/access.h"

namespace webhooks::store {

class KeyStore {
 public:
  virtual ~KeyStore() = default;

  // `hash`: SHA-256 of the whole key, 32 bytes.
  virtual void add(const ApiKey& key, const std::string& hash) = 0;
  // As add, when there is no key at all; false, and nothing is written, when there is one. Of
  // several at once one wins.
  [[nodiscard]] virtual bool add_first(const ApiKey& key, const std::string& hash) = 0;
  // The key of that hash, unless it has expired by `now`. A removed key is found no more from its
  // commit on.
  virtual std::optional<ApiKey> find_valid(const std::string& hash, Time now) = 0;
  virtual std::vector<ApiKey> list() = 0;
  virtual bool remove(const ApiKeyId& id) = 0;
  // Whether there is such a partner: it has, or had, a contract or a key.
  virtual bool knows(const PartnerId& partner) = 0;
  // Notes that the key was used; cheap enough to call now and then, not on every request.
  virtual void touch(const ApiKeyId& id, Time now) = 0;
};

}  // namespace webhooks::store
