#include "common/domain/secret_vault.h"

#include <catch2/catch.hpp>

using namespace webhooks;

namespace {

const std::string kOld(32, 'o');
const std::string kNew(32, 'n');
const std::string kSecret = "thirty-two bytes of a secret key";
const WebhookId kWebhook{"wh_1"};

}  // namespace

TEST_CASE("a sealed secret opens for its own webhook, with its own key, unchanged") {
  const SecretVault vault({kOld});
  const KeptSecret kept = vault.seal(kWebhook, kSecret);
  CHECK(kept.key_id == vault.key_id());
  CHECK(kept.bytes.find(kSecret.substr(0, 8)) == std::string::npos);
  CHECK(vault.open(kWebhook, kept) == kSecret);
  CHECK_FALSE(vault.open({"wh_2"}, kept));
  CHECK_FALSE(SecretVault({kNew}).open(kWebhook, kept));
  CHECK_FALSE(SecretVault().open(kWebhook, kept));
  CHECK(vault.seal(kWebhook, kSecret).bytes != kept.bytes);
  for (std::size_t at = 0; at < kept.bytes.size(); ++at) {
    KeptSecret changed = kept;
    changed.bytes[at] = static_cast<char>(changed.bytes[at] ^ 1);
    CHECK_FALSE(vault.open(kWebhook, changed));
  }
  CHECK_FALSE(vault.open(kWebhook, {kept.bytes.substr(0, 20), kept.key_id}));
  CHECK_FALSE(vault.open(kWebhook, {"", kept.key_id}));
}

TEST_CASE("the first key seals, and every key opens") {
  const SecretVault before({kOld});
  const SecretVault both({kNew, kOld});
  const KeptSecret old = before.seal(kWebhook, kSecret);
  CHECK(both.open(kWebhook, old) == kSecret);
  CHECK(both.knows(before.key_id()));
  CHECK_FALSE(before.knows(both.key_id()));
  CHECK(both.seal(kWebhook, kSecret).key_id == SecretVault({kNew}).key_id());
  CHECK(both.digests("x").size() == 2);
  CHECK(both.digests("x")[1] == before.digests("x")[0]);
}

TEST_CASE("without a key secrets stay as they are") {
  const SecretVault vault;
  const KeptSecret kept = vault.seal(kWebhook, kSecret);
  CHECK(kept.bytes == kSecret);
  CHECK(kept.key_id.empty());
  CHECK(vault.open(kWebhook, kept) == kSecret);
  CHECK(SecretVault({kNew}).open(kWebhook, kept) == kSecret);
}

TEST_CASE("a key is 32 bytes in base64") {
  const std::string text = "b29vb29vb29vb29vb29vb29vb29vb29vb29vb29vb28=";
  CHECK(parse_secrets_key(text) == kOld);
  CHECK(parse_secrets_key("\n " + text + "\r\n") == kOld);
  for (const char* bad :
       {"", "\n", "b28=", "not base64", "b29vb29vb29vb29vb29vb29vb29vb29vb29vb29vb28"})
    CHECK_FALSE(parse_secrets_key(bad));
}
