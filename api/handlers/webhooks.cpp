#include "api/handlers/webhooks.h"

#include "api/handlers/fields.h"
#include "api/handlers/secrets.h"
#include "api/handlers/webhook_query.h"
#include "api/resources/webhook_json.h"
#include "api/wire/body.h"
#include "api/wire/problem.h"
#include "api/wire/query.h"
#include "common/base/assert.h"
#include "common/base/ids.h"
#include "common/domain/limits.h"

namespace webhooks::api {
namespace {

http::Reply shown(const Webhook& webhook) {
  return json_reply(200, webhook_json(webhook)).with("ETag", etag(webhook.version));
}

http::Reply no_webhook() { return not_found("webhook"); }

http::Reply unknown_contract() {
  return invalid_fields({{"contract_id", "unknown_contract", "names no contract of yours"}});
}

http::Reply duplicate(const store::DuplicateSubscription& twin) {
  Problem problem{409, "duplicate-webhook", "", {}, {}, {{"webhook_id", twin.existing.value}}};
  problem.detail = "Webhook " + twin.existing.value + " already tells this URL of " +
                   std::string(to_string(twin.type)) + " under this contract.";
  problem.errors = {{"url", "duplicate",
                     "is told of " + std::string(to_string(twin.type)) + " by webhook " +
                         twin.existing.value + " already"}};
  return reply(problem);
}

struct ShowReplaced {
  http::Reply operator()(const Webhook& webhook) const { return shown(webhook); }
  http::Reply operator()(store::NotFound) const { return no_webhook(); }
  http::Reply operator()(store::StaleVersion stale_version) const {
    return stale(stale_version.current);
  }
  http::Reply operator()(store::UnknownContract) const { return unknown_contract(); }
  http::Reply operator()(const store::DuplicateSubscription& twin) const { return duplicate(twin); }
};

// A change of one webhook, made on what is there now: 404, then If-Match, then `change`.
template <class Change>
WriteUnit change_webhook(const Call& call, Change change) {
  return [partner = call.partner(), id = WebhookId{call.ids[0]},
          precondition = Precondition(call.request), now = call.now,
          change = std::move(change)](store::Session& session) {
    const auto present = session.webhooks().find(partner, id);
    if (!present) return no_webhook();
    if (!precondition.holds(present->version)) return stale(present->version);
    const WebhookSettings settings = change(present->settings);
    return std::visit(ShowReplaced{},
                      session.webhooks().replace(partner, id, settings, present->version, now));
  };
}

}  // namespace

Outcome create_webhook(const Call& call, const WebhookRules& rules, Random& random) {
  auto body = read_body(call.request);
  if (auto* refused = std::get_if<http::Reply>(&body)) return std::move(*refused);
  auto settings = webhook_settings(std::get<json::Document>(body), rules);
  if (auto* errors = std::get_if<FieldErrors>(&settings)) return invalid_fields(std::move(*errors));

  store::NewWebhook wanted;
  wanted.id = WebhookId{random_token("wh_", random)};
  wanted.partner = call.partner();
  wanted.settings = std::move(std::get<WebhookSettings>(settings));
  wanted.secret = new_secret(random);
  wanted.now = call.now;
  return [wanted = std::move(wanted)](store::Session& session) {
    struct Show {
      const store::NewWebhook& wanted;
      http::Reply operator()(const Webhook& webhook) const {
        return json_reply(201, webhook_json(webhook,
                                            show_secret({wanted.secret, wanted.now, std::nullopt})))
            .with("Location", "/webhooks/" + webhook.id.value)
            .with("ETag", etag(webhook.version))
            .with("Cache-Control", "no-store");
      }
      http::Reply operator()(store::UnknownContract) const { return unknown_contract(); }
      http::Reply operator()(const store::DuplicateSubscription& twin) const {
        return duplicate(twin);
      }
      http::Reply operator()(store::TooManyWebhooks) const {
        return conflict("too-many-webhooks", "A partner can have at most " +
                                                 std::to_string(limits::kWebhooksPerPartner) +
                                                 " webhooks.");
      }
    };
    return std::visit(Show{wanted}, session.webhooks().create(wanted));
  };
}

http::Reply read_webhook(const Call& call, store::WebhookStore& webhooks) {
  Query query(call.request.query);
  if (auto errors = query.finish(); !errors.empty()) return invalid_query(std::move(errors));
  const auto webhook = webhooks.find(call.partner(), WebhookId{call.ids[0]});
  if (!webhook) return no_webhook();
  if (call.request.header("If-None-Match") == etag(webhook->version))
    return {304, {{"ETag", etag(webhook->version)}}, "", {}, {}};
  return shown(*webhook);
}

http::Reply list_webhooks(const Call& call, store::WebhookStore& webhooks) {
  Query query(call.request.query);
  const auto wanted = webhook_query(query, call.partner());
  const auto page = query.integer("page", 1, 1'000'000).value_or(1);
  const auto size =
      query.integer("page_size", 1, limits::kPageSize).value_or(limits::kDefaultPageSize);
  if (auto errors = query.finish(); !errors.empty()) return invalid_query(std::move(errors));

  const auto found = webhooks.list(wanted, (page - 1) * size, size);
  json::Writer out;
  out.begin_object().key("data").begin_array();
  for (const Webhook& webhook : found.webhooks) write_webhook(out, webhook);
  out.end_array()
      .field("page", page)
      .field("page_size", size)
      .field("total", found.total)
      .end_object();
  return json_reply(200, out.take());
}

Outcome replace_webhook(const Call& call, const WebhookRules& rules) {
  auto body = read_body(call.request);
  if (auto* refused = std::get_if<http::Reply>(&body)) return std::move(*refused);
  auto settings = webhook_settings(std::get<json::Document>(body), rules);
  if (auto* errors = std::get_if<FieldErrors>(&settings)) return invalid_fields(std::move(*errors));
  return change_webhook(call, [wanted = std::move(std::get<WebhookSettings>(settings))](
                                  const WebhookSettings&) { return wanted; });
}

Outcome patch_webhook(const Call& call, const WebhookRules& rules) {
  auto body = read_body(call.request, {kMergePatch, kJson});
  if (auto* refused = std::get_if<http::Reply>(&body)) return std::move(*refused);
  auto patch = webhook_patch(std::get<json::Document>(body), rules);
  if (auto* errors = std::get_if<FieldErrors>(&patch)) return invalid_fields(std::move(*errors));
  return change_webhook(
      call, [change = std::move(std::get<WebhookPatch>(patch))](const WebhookSettings& present) {
        return change.applied_to(present);
      });
}

Outcome delete_webhook(const Call& call) {
  return [partner = call.partner(), id = WebhookId{call.ids[0]},
          precondition = Precondition(call.request)](store::Session& session) -> http::Reply {
    const auto present = session.webhooks().find(partner, id);
    if (!present) return no_webhook();
    if (!precondition.holds(present->version)) return stale(present->version);
    const auto removed = session.webhooks().remove(partner, id, present->version);
    WEBHOOKS_ASSERT(std::holds_alternative<std::monostate>(removed));
    return {204, {}, "", {}, {}};
  };
}

}  // namespace webhooks::api
