#pragma once

#include <iosfwd>
#include <string>

#include "api/commands/options.h"
#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/store/backend.h"

namespace webhooks::api::commands {

// What a command works with. All of it outlives the command.
struct Workbench {
  const Options& options;
  store::Backend& backend;
  const Clock& clock;
  Random& random;
  std::ostream& out;  // what was asked for
  std::ostream& err;  // what went wrong
};

// Runs one command of those that describe() names. Returns the exit code: 0, or 1 when something
// that was named is not there or not in order. Throws StoreError.
int run(const std::string& name, const Workbench& bench);

// One function a command, one file a resource.
int migrate(const Workbench& bench);             // database.cpp
int back_up(const Workbench& bench);             // database.cpp
int restore(const Workbench& bench);             // database.cpp
int check(const Workbench& bench);               // database.cpp
int create_key(const Workbench& bench);          // keys.cpp
int list_keys(const Workbench& bench);           // keys.cpp
int revoke_key(const Workbench& bench);          // keys.cpp
int list_webhooks(const Workbench& bench);       // webhooks.cpp
int list_deliveries(const Workbench& bench);     // deliveries.cpp
int show_delivery(const Workbench& bench);       // deliveries.cpp
int retry_deliveries(const Workbench& bench);    // deliveries.cpp
int rotate_secrets_key(const Workbench& bench);  // secrets.cpp
int show_outbox(const Workbench& bench);         // outbox.cpp

}  // namespace webhooks::api::commands
