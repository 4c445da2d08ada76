#include "api/commands/command.h"

#include <map>
#include <string_view>

namespace webhooks::api::commands {

int run(const std::string& name, const Workbench& bench) {
  static const std::map<std::string_view, int (*)(const Workbench&)> kCommands{
      {"migrate", migrate},
      {"backup", back_up},
      {"restore", restore},
      {"check", check},
      {"key create", create_key},
      {"key list", list_keys},
      {"key revoke", revoke_key},
      {"webhook list", list_webhooks},
      {"delivery list", list_deliveries},
      {"delivery show", show_delivery},
      {"delivery retry", retry_deliveries},
      {"secrets rotate-key", rotate_secrets_key},
      {"outbox stats", show_outbox},
  };
  return kCommands.at(name)(bench);
}

}  // namespace webhooks::api::commands
