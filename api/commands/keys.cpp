#include <ostream>

#include "api/access/auth.h"
#include "api/commands/command.h"
#include "api/commands/table.h"
#include "api/resources/api_key_json.h"
#include "common/base/ids.h"

namespace webhooks::api::commands {

int create_key(const Workbench& bench) {
  const Options& options = bench.options;
  bench.backend.migrate();  // the first key is made before anything ever ran
  const Time now = bench.clock.now();
  ApiKey key{{random_token("key_", bench.random)},
             options.role,
             std::nullopt,
             options.name,
             now,
             std::nullopt,
             std::nullopt};
  if (!options.partner.empty()) key.partner = PartnerId{options.partner};
  if (options.expires_in > Millis(0)) key.expires_at = now + options.expires_in;
  const std::string secret = new_api_key(bench.random);
  const auto session = bench.backend.connect();
  if (options.first) {
    if (!session->keys().add_first(key, hash_of_key(secret))) {
      bench.err << "there are API keys already: none was made\n";
      return 0;
    }
  } else {
    session->keys().add(key, hash_of_key(secret));
  }
  bench.out << secret << '\n';
  return 0;
}

int list_keys(const Workbench& bench) {
  const auto keys = bench.backend.connect()->keys().list();
  if (bench.options.json) {
    bench.out << api_keys_json(keys) << '\n';
    return 0;
  }
  Table table({"ID", "ROLE", "PARTNER", "NAME", "CREATED", "EXPIRES", "LAST USED"});
  for (const ApiKey& key : keys)
    table.row({key.id.value, std::string(to_string(key.role)),
               key.partner ? key.partner->value : "-", cell(key.name), cell(key.created_at),
               cell(key.expires_at), cell(key.last_used_at)});
  table.print(bench.out);
  return 0;
}

int revoke_key(const Workbench& bench) {
  if (bench.backend.connect()->keys().remove({bench.options.id})) return 0;
  bench.err << "there is no API key " << bench.options.id << '\n';
  return 1;
}

}  // namespace webhooks::api::commands
