#include "api/commands/command.h"
#include "common/base/log.h"

namespace webhooks::api::commands {

int migrate(const Workbench& bench) {
  bench.backend.migrate();
  log::info("api.migrated");
  return 0;
}

}  // namespace webhooks::api::commands
