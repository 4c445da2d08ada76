#include "common/domain/secret_vault.h"

#include <algorithm>

#include "common/base/assert.h"
#include "common/base/encoding.h"
#include "common/domain/seal.h"
#include "common/domain/signature.h"

namespace webhooks {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr char kVersion = 1;

std::string bound_to(const WebhookId& webhook) {
  return "partner-webhooks signing secret\n" + webhook.value;
}

}  // namespace

SecretVault::SecretVault(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) keys_.push_back(named(key));
}

SecretVault::Key SecretVault::named(const std::string& bytes) {
  WEBHOOKS_ASSERT(bytes.size() == kKeyBytes);
  return {hex_encode(sha256("partner-webhooks key id\n" + bytes).substr(0, 8)), bytes};
}

SecretVault SecretVault::led_by(const std::string& key) const {
  SecretVault vault = *this;
  vault.keys_.insert(vault.keys_.begin(), named(key));
  return vault;
}

bool SecretVault::knows(std::string_view key_id) const {
  return key_id.empty() ||
         std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) { return key.id == key_id; });
}

KeptSecret SecretVault::seal(const WebhookId& webhook, std::string_view secret) const {
  if (keys_.empty()) return {std::string(secret), ""};
  SystemRandom random;
  const Key& key = keys_.front();
  return {kVersion + webhooks::seal(key.bytes, secret, random, bound_to(webhook)), key.id};
}

std::optional<std::string> SecretVault::open(const WebhookId& webhook,
                                             const KeptSecret& kept) const {
  if (kept.key_id.empty()) return kept.bytes;
  const auto key = std::find_if(keys_.begin(), keys_.end(),
                                [&](const Key& one) { return one.id == kept.key_id; });
  if (key == keys_.end() || kept.bytes.empty() || kept.bytes.front() != kVersion)
    return std::nullopt;
  return unseal(key->bytes, std::string_view(kept.bytes).substr(1), bound_to(webhook));
}

std::vector<std::string> SecretVault::digests(std::string_view text) const {
  std::vector<std::string> all;
  for (const Key& key : keys_) all.push_back(hmac_sha256(key.bytes, text));
  if (all.empty()) all.push_back(sha256(text));
  return all;
}

std::optional<std::string> parse_secrets_key(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(kBlank) - first + 1);
  auto key = base64_decode(text);
  if (!key || key->size() != kKeyBytes) return std::nullopt;
  return key;
}

}  // namespace webhooks
