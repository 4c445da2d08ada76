#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/random.h"
#include "common/domain/ids.h"

namespace webhooks {

// A signing secret as it stands in the database.
struct KeptSecret {
  std::string bytes;   // sealed: version, nonce, ciphertext, tag; else the secret itself
  std::string key_id;  // of the key that sealed it; empty: it is not sealed
};

// Seals signing secrets before they are stored, and opens them again: AES-256-GCM, bound to the
// webhook, so that a sealed secret opens under no other one. Several keys may be known, so that
// they can be changed while processes run: the first seals, all open. Without a key secrets are
// kept as they are. Immutable, so thread-safe.
class SecretVault {
 public:
  SecretVault() = default;
  // `keys`: 32 bytes each.
  explicit SecretVault(const std::vector<std::string>& keys);

  // The same with another key, which seals.
  SecretVault led_by(const std::string& key) const;

  // Of the key that seals; empty: none does.
  std::string key_id() const { return keys_.empty() ? "" : keys_.front().id; }
  bool knows(std::string_view key_id) const;  // "" is always known

  KeptSecret seal(const WebhookId& webhook, std::string_view secret) const;
  // nullopt: sealed with a key that is not known, for another webhook, or changed.
  std::optional<std::string> open(const WebhookId& webhook, const KeptSecret& kept) const;

  // What only the holder of a key can make of `text`, by each key in order; the text itself when
  // there is none. 32 bytes each.
  std::vector<std::string> digests(std::string_view text) const;

 private:
  struct Key {
    std::string id;  // 16 hexadecimal digits of a hash of the key
    std::string bytes;
  };
  static Key named(const std::string& bytes);

  std::vector<Key> keys_;
};

// The key in the text of a file or variable: 32 bytes in base64, as `openssl rand -base64 32`
// prints them. nullopt: it is none.
std::optional<std::string> parse_secrets_key(std::string_view text);

}  // namespace webhooks
