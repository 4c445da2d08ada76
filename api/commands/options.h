#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/base/options.h"
#include "common/domain/access.h"
#include "common/domain/delivery.h"
#include "common/domain/webhook.h"
#include "common/store/secrets_options.h"

namespace webhooks::api::commands {

// What the commands of operators can be told.
struct Options {
  bool json = false;  // for scripts: one JSON text instead of a table
  int limit = 50;

  std::string id;                // the one thing that is shown or revoked
  std::vector<std::string> ids;  // deliveries to send again

  // Filters; an empty one does not filter.
  std::string partner;
  std::string contract;
  std::string webhook;
  std::vector<WebhookStatus> statuses;
  std::vector<DeliveryState> states;

  // key create
  Role role = Role::partner;
  std::string name;
  Millis expires_in{0};  // 0: never
  bool first = false;    // only when there is no key at all

  // backup, restore
  std::string to;
  std::string from;
  bool replace = false;

  // secrets rotate-key
  store::SecretsOptions secrets;  // what secrets may be sealed with now
  std::string new_secrets_key_file;

  // The keys that a command works with: the new one seals, the others open. Throws as
  // SecretsOptions::open does.
  SecretVault vault() const;

  // Rules across options; nullopt: all hold. The message names the option.
  std::optional<std::string> validate(const std::string& command) const;
};

// The commands of operators, each with `shared` and its own options, bound to `options`.
std::vector<options::Command> describe(Options& options,
                                       const std::vector<options::Option>& shared);

}  // namespace webhooks::api::commands
