#include "api/serving/pipeline.h"

#include "api/serving/idempotency.h"
#include "api/wire/body.h"
#include "api/wire/problem.h"
#include "api/wire/query.h"
#include "common/base/log.h"

namespace webhooks::api {
namespace {

// The one place where a failure of our surroundings becomes an answer; its cause stays in the log.
template <class F>
auto guarded(F&& work, const std::string& request_id) -> std::decay_t<decltype(work())> {
  try {
    return work();
  } catch (const store::StoreError& error) {
    log::error("api.store_failed", {{"error", error.what()}, {"request_id", request_id}});
    return unavailable("The database is not available.");
  } catch (const std::exception& error) {
    log::error("api.request_failed", {{"error", error.what()}, {"request_id", request_id}});
    return internal_error();
  }
}

std::optional<http::Reply> refused_type(const Route& route, const Call& call) {
  if (accepts(call.request.header("Accept").value_or(""), route.produces)) return std::nullopt;
  return reply({406,
                "not-acceptable",
                "This route answers " + std::string(route.produces) + '.',
                {},
                {},
                {}});
}

}  // namespace

void Pipeline::handle(http::Request request, http::Responder responder) const {
  auto answer =
      std::make_shared<Answer>(std::move(responder), request, parts_.cors, parts_.metrics);
  http::Responder out(answer);

  auto match = parts_.router.match(request.method, request.segments);
  if (std::holds_alternative<NoSuchPath>(match)) return std::move(out).send(not_found("resource"));
  if (const auto* other = std::get_if<NoSuchMethod>(&match)) {
    return std::move(out).send(reply({405,
                                      "method-not-allowed",
                                      "This resource allows " + other->allow + '.',
                                      {},
                                      {{"Allow", other->allow}},
                                      {}}));
  }
  if (const auto* asked = std::get_if<OptionsAsked>(&match)) {
    answer->routed(asked->pattern);
    return std::move(out).send(parts_.cors.options(request, asked->allow));
  }

  Matched& matched = std::get<Matched>(match);
  answer->routed(matched.route->pattern);
  Call call{std::move(request), {}, std::move(matched.ids), parts_.clock.now()};
  dispatch(*matched.route, std::move(call), *answer, std::move(out));
}

void Pipeline::dispatch(const Route& route, Call call, Answer& answer,
                        http::Responder responder) const {
  if (const auto* read = std::get_if<Read>(&route.work))
    return std::move(responder).send(run_read(route, *read, call, answer));
  if (auto refused = refuse(route, call, answer))
    return std::move(responder).send(std::move(*refused));

  if (const auto* plain = std::get_if<Plain>(&route.work)) {
    std::move(responder).send(guarded([&] { return plain->handle(call); }, call.request.id));
  } else if (const auto* slow = std::get_if<SlowRead>(&route.work)) {
    run_slow(*slow, std::move(call), std::move(responder));
  } else {
    auto outcome = run_write(std::get<Write>(route.work), call);
    if (auto* refused = std::get_if<http::Reply>(&outcome))
      return std::move(responder).send(std::move(*refused));
    if (auto* look = std::get_if<LongLook>(&outcome))
      return look_first(std::move(*look), std::move(call), std::move(responder));
    parts_.committer.submit(std::move(std::get<WriteUnit>(outcome)), std::move(responder));
  }
}

std::optional<http::Reply> Pipeline::refuse(const Route& route, Call& call, Answer& answer,
                                            store::Session& session) const {
  if (!route.access.is_open()) {
    auto admission = parts_.gate.admit(route, call, session.keys());
    answer.admitted(std::move(admission.name), std::move(admission.headers));
    if (auto* refused = std::get_if<http::Reply>(&admission.outcome)) return std::move(*refused);
    auto& identity = std::get<Identity>(admission.outcome);
    call.principal = std::move(identity.principal);
    call.by_api_key = identity.is_api_key;
    if (call.by_api_key) note_use(call);
  }
  return refused_type(route, call);
}

std::optional<http::Reply> Pipeline::refuse(const Route& route, Call& call, Answer& answer) const {
  if (route.access.is_open()) return refused_type(route, call);
  return guarded(
      [&] {
        return parts_.sessions.with(
            [&](store::Session& session) { return refuse(route, call, answer, session); });
      },
      call.request.id);
}

void Pipeline::note_use(const Call& call) const {
  if (!parts_.key_usage.is_due(call.principal.name, call.now)) return;
  parts_.committer.submit([id = ApiKeyId{call.principal.name}, now = call.now](
                              store::Session& session) { session.keys().touch(id, now); });
}

// The key is looked up in the instant of what it lets its holder see, which costs half as much as
// two reads.
http::Reply Pipeline::run_read(const Route& route, const Read& read, Call& call,
                               Answer& answer) const {
  return guarded(
      [&] {
        return parts_.sessions.at_one_instant([&](store::Session& session) {
          auto refused = refuse(route, call, answer, session);
          return refused ? std::move(*refused) : read.handle(call, session);
        });
      },
      call.request.id);
}

void Pipeline::later(http::Responder responder, std::function<void(http::Responder)> work) const {
  auto waiting = std::make_shared<http::Responder>(std::move(responder));
  const bool taken =
      parts_.slow.submit([waiting, work = std::move(work)] { work(std::move(*waiting)); });
  if (!taken)
    std::move(*waiting).send(unavailable("Too many long answers are being made; try again soon."));
}

void Pipeline::run_slow(const SlowRead& read, Call call, http::Responder responder) const {
  later(std::move(responder), [this, &read, call = std::move(call)](http::Responder out) {
    std::move(out).send(guarded(
        [&] {
          return parts_.sessions.with(
              [&](store::Session& session) { return read.handle(call, session); });
        },
        call.request.id));
  });
}

// An answer goes through the committer too when it is to be kept for its key.
void Pipeline::look_first(LongLook look, Call call, http::Responder responder) const {
  later(std::move(responder), [this, look = std::move(look),
                               call = std::move(call)](http::Responder out) {
    auto seen = guarded(
        [&]() -> Outcome {
          auto found = parts_.sessions.with(look.look);
          if (auto* unit = std::get_if<WriteUnit>(&found)) return by_key(call, std::move(*unit));
          auto& answer = std::get<http::Reply>(found);
          if (!idempotency_key(call.request)) return std::move(answer);
          return by_key(call, [answer = std::move(answer)](store::Session&) { return answer; });
        },
        call.request.id);
    if (auto* answer = std::get_if<http::Reply>(&seen))
      std::move(out).send(std::move(*answer));
    else
      parts_.committer.submit(std::move(std::get<WriteUnit>(seen)), std::move(out));
  });
}

Outcome Pipeline::run_write(const Write& write, const Call& call) const {
  if (const auto key = idempotency_key(call.request))
    if (auto refused = refused_idempotency_key(*key)) return std::move(*refused);
  if (!call.request.query.empty()) {
    Query query(call.request.query);
    return invalid_query(query.finish());
  }
  return guarded(
      [&]() -> Outcome {
        auto outcome = write.handle(call);
        if (auto* unit = std::get_if<WriteUnit>(&outcome)) return by_key(call, std::move(*unit));
        return outcome;
      },
      call.request.id);
}

WriteUnit Pipeline::by_key(const Call& call, WriteUnit unit) const {
  const auto key = idempotency_key(call.request);
  if (!key) return unit;
  const auto token = bearer_token(*call.request.header("Authorization")).value();
  return idempotent(call, *key,
                    replay_keys_of({call.principal, call.by_api_key}, token, parts_.vault),
                    parts_.random, std::move(unit));
}

}  // namespace webhooks::api
