#include "api/routes.h"

#include "api/handlers/api_keys.h"
#include "api/handlers/contracts.h"
#include "api/handlers/deliveries.h"
#include "api/handlers/event_types.h"
#include "api/handlers/events.h"
#include "api/handlers/export.h"
#include "api/handlers/meta.h"
#include "api/handlers/secrets.h"
#include "api/handlers/webhooks.h"
#include "api/wire/body.h"

namespace webhooks::api {

// One route a line, so that the table can be read as one.
// clang-format off
std::vector<Route> make_routes(const WebhookRules& rules, const json::EventCatalog& catalog,
                               Random& random, const std::string& export_zone,
                               const Portal& portal) {
  using S = store::Session;
  using C = Call;
  constexpr Access open = Access::open();
  constexpr Access partner = Access::only({Role::partner});
  constexpr Access producer = Access::only({Role::producer});
  constexpr Access admin = Access::only({Role::admin});
  constexpr Access reader = Access::only({Role::partner, Role::admin});
  constexpr Access any = Access::only({Role::partner, Role::producer, Role::admin});

  return {
    {"GET",    "/webhooks",                      partner,  kJson, Read{[](const C& c, S& s) { return list_webhooks(c, s.webhooks()); }}},
    {"POST",   "/webhooks",                      partner,  kJson, Write{[&](const C& c) { return create_webhook(c, rules, random); }}},
    {"GET",    "/webhooks/export",               partner,  kXlsx, SlowRead{[&](const C& c, S& s) { return export_webhooks(c, s.webhooks(), export_zone); }}},
    {"GET",    "/webhooks/{id}",                 partner,  kJson, Read{[](const C& c, S& s) { return read_webhook(c, s.webhooks()); }}},
    {"PUT",    "/webhooks/{id}",                 partner,  kJson, Write{[&](const C& c) { return replace_webhook(c, rules); }}},
    {"PATCH",  "/webhooks/{id}",                 partner,  kJson, Write{[&](const C& c) { return patch_webhook(c, rules); }}},
    {"DELETE", "/webhooks/{id}",                 partner,  kJson, Write{[](const C& c) { return delete_webhook(c); }}},
    {"GET",    "/webhooks/{id}/secret",          partner,  kJson, Read{[](const C& c, S& s) { return read_secret(c, s.webhooks()); }}},
    {"POST",   "/webhooks/{id}/secret/rotate",   partner,  kJson, Write{[&](const C& c) { return rotate_secret(c, random); }}},
    {"POST",   "/webhooks/{id}/test",            partner,  kJson, Write{[&](const C& c) { return test_webhook(c, catalog, random); }}},
    {"GET",    "/webhooks/{id}/deliveries",      partner,  kJson, Read{[](const C& c, S& s) { return list_deliveries(c, s.deliveries()); }}},
    {"POST",   "/webhooks/{id}/recover",         partner,  kJson, Write{[](const C& c) { return recover_deliveries(c); }}},
    {"GET",    "/deliveries/{id}",               partner,  kJson, Read{[](const C& c, S& s) { return read_delivery(c, s.deliveries()); }}},
    {"POST",   "/deliveries/{id}/retry",         partner,  kJson, Write{[](const C& c) { return retry_delivery(c); }}},
    {"GET",    "/event-types",                   any,      kJson, Plain{[&](const C& c) { return list_event_types(c, catalog); }}},
    {"GET",    "/contracts",                     reader,   kJson, Read{[](const C& c, S& s) { return list_contracts(c, s.contracts()); }}},
    {"PUT",    "/contracts/{id}",                admin,    kJson, Write{[](const C& c) { return put_contract(c); }}},
    {"DELETE", "/contracts/{id}",                admin,    kJson, Write{[](const C& c) { return delete_contract(c); }}},
    {"POST",   "/events",                        producer, kJson, Write{[&](const C& c) { return publish_events(c, catalog, random); }}},
    {"GET",    "/events/{id}",                   producer, kJson, Read{[](const C& c, S& s) { return read_event(c, s.events()); }}},
    {"GET",    "/api-keys",                      admin,    kJson, Read{[](const C& c, S& s) { return list_api_keys(c, s.keys()); }}},
    {"POST",   "/api-keys",                      admin,    kJson, Write{[&](const C& c) { return create_api_key(c, random); }}},
    {"DELETE", "/api-keys/{id}",                 admin,    kJson, Write{[](const C& c) { return delete_api_key(c); }}},
    {"GET",    "/openapi.yaml",                  open,     "application/yaml", Plain{read_openapi}},
    {"GET",    "/",                              open,     "text/html", Plain{[&](const C& c) { return portal.page(c); }}},
    {"GET",    "/portal/{file}",                 open,     "text/javascript", Plain{[&](const C& c) { return portal.file(c); }}},
  };
}
// clang-format on

}  // namespace webhooks::api
