#include "api/commands/options.h"

#include "common/base/option_values.h"
#include "common/domain/limits.h"

namespace webhooks::api::commands {
namespace {

using options::choice;
using options::duration;
using options::flag;
using options::list;
using options::number;
using options::positional;
using options::required;
using options::text;

using All = std::vector<options::Option>;

All join(All all, All more) {
  for (options::Option& option : more) all.push_back(std::move(option));
  return all;
}

options::Option json(Options& to) {
  return flag("json", to.json, "Print JSON for scripts instead of a table");
}

options::Option limit(Options& to) {
  return number("limit", to.limit, 1, 10'000, "The most rows to print");
}

All key_create(Options& to) {
  return {required(choice<Role>(
              "role", to.role,
              {{"partner", Role::partner}, {"producer", Role::producer}, {"admin", Role::admin}},
              "What the key may do")),
          text("partner", "ID", to.partner, "The partner that a key of role partner belongs to"),
          text("name", "TEXT", to.name, "A note that tells this key from others"),
          duration("expires-in", to.expires_in, Millis(0), std::chrono::days(3660),
                   "How long the key is valid; 0 is for ever"),
          flag("first", to.first, "Only when there is no key at all yet; otherwise make none")};
}

All webhook_list(Options& to) {
  return {text("partner", "ID", to.partner, "Only this partner's"),
          text("contract", "ID", to.contract, "Only this contract's"),
          list<WebhookStatus>(
              "status", "active|inactive", to.statuses,
              [](const std::string& name) { return webhook_status_from(name); },
              "active or inactive", "Only webhooks of that status"),
          limit(to), json(to)};
}

All delivery_list(Options& to) {
  return {text("webhook", "ID", to.webhook, "Only this webhook's"),
          list<DeliveryState>(
              "state", "pending|sending|delivered|failed|expired|superseded|cancelled", to.states,
              [](const std::string& name) { return delivery_state_from(name); },
              "a state such as pending or failed", "Only deliveries in that state"),
          limit(to), json(to)};
}

All rotate_key(Options& to) {
  All all = to.secrets.describe();
  all.push_back(required(text("new-secrets-key-file", "FILE", to.new_secrets_key_file,
                              "The key to encrypt with from now on, 32 bytes in base64")));
  return all;
}

options::Option delivery_ids(Options& to) {
  return positional(list<std::string>(
      "ID", "DELIVERY", to.ids,
      [](const std::string& id) {
        return parse_delivery_id(id) ? std::optional(id) : std::nullopt;
      },
      "a delivery's id, dlv_…", "The deliveries to send again"));
}

}  // namespace

std::optional<std::string> Options::validate(const std::string& command) const {
  if (!partner.empty() && !is_partner_id(partner))
    return "--partner: must be 1 to 64 letters, digits, '.', '_' or '-'";
  if (command == "key create") {
    if (role == Role::partner && partner.empty()) return "--partner: is required for role partner";
    if (role != Role::partner && !partner.empty()) return "--partner: is only for role partner";
    if (name.size() > limits::kNameLength) return "--name: is too long";
  }
  return std::nullopt;
}

SecretVault Options::vault() const {
  if (new_secrets_key_file.empty()) return secrets.open();
  return secrets.open().led_by(
      store::read_secrets_key("--new-secrets-key-file", new_secrets_key_file));
}

std::vector<options::Command> describe(Options& to, const std::vector<options::Option>& shared) {
  const auto with = [&](All own) { return join(shared, std::move(own)); };
  return {
      {"migrate", "Bring the database's schema up to date", shared},
      {"backup",
       "Copy the whole database into a new file while the service runs, and check the copy",
       with({required(text("to", "FILE", to.to, "The file to make; one that is there is refused")),
             json(to)})},
      {"restore", "Make a backup the database; the API and the worker must be stopped",
       with({required(text("from", "FILE", to.from, "The backup")),
             flag("replace", to.replace,
                  "Where there is a database already, keep it beside as PATH.replaced"),
             json(to)})},
      {"check", "Look for damage in the database's file and for rows that contradict each other",
       with({json(to)})},
      {"key create", "Make an API key and print it, once", with(key_create(to))},
      {"key list", "List the API keys, without the keys themselves", with({json(to)})},
      {"key revoke", "End an API key at once",
       with({positional(text("ID", "KEY", to.id, "The key's id, as key list shows it"))})},
      {"webhook list", "List webhooks of all partners", with(webhook_list(to))},
      {"delivery list", "List deliveries, the newest first", with(delivery_list(to))},
      {"delivery show", "Show one delivery with its attempts",
       with({positional(text("ID", "DELIVERY", to.id, "The delivery's id")), json(to)})},
      {"delivery retry", "Send deliveries again, whatever came of them before",
       with({delivery_ids(to), json(to)})},
      {"secrets rotate-key",
       "Encrypt all signing secrets with a new key; every process must know it already",
       with(rotate_key(to))},
      {"outbox stats", "Say what waits and since when", with({json(to)})},
  };
}

}  // namespace webhooks::api::commands
