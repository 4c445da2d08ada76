#include "worker/attempt.h"

#include <array>

#include "common/base/log.h"
#include "common/domain/signature.h"
#include "common/domain/trace.h"
#include "common/json/event_text.h"

namespace webhooks::worker {
namespace {

// What this attempt is within its producer's trace: a span of its own.
struct Span {
  std::string trace_id;     // empty: the producer sent no trace
  std::string id;           // likewise
  std::string traceparent;  // likewise
};

Span span_of(const store::Claim& claim, Random& random) {
  const auto context = parse_traceparent(claim.event.origin.traceparent);
  if (!context) return {};
  std::array<std::byte, 8> bytes{};
  random.fill(bytes);
  const std::string id = span_id(bytes);
  return {context->trace_id, id, traceparent(*context, id)};
}

// Not when it could outlive its lease, nor when it has expired since it was claimed.
bool may_begin(const store::Claim& claim, const AttemptPolicy& policy, Time now) {
  if (now + policy.timeout + kSettleMargin > claim.lease_until) return false;
  return !claim.event.expires_at || *claim.event.expires_at > now;
}

Outcome send_signed(Sender& sender, const store::Claim& claim, const AttemptPolicy& policy,
                    Time now, const Span& span) {
  // Nothing ever goes out unsigned.
  if (claim.secrets.empty())
    throw std::runtime_error("no signing secret opens with the keys given");
  const auto url = parse_target_url(claim.url, policy.url_rules);
  if (const auto* const refused = std::get_if<UrlError>(&url)) {
    Outcome outcome;
    outcome.error = SendError::invalid_url;
    outcome.detail = refused->code;
    return outcome;
  }
  const auto at = std::chrono::floor<std::chrono::seconds>(now);
  const std::string body = json::delivery_body(claim.event, claim.sequence);
  SendRequest request;
  request.url = std::get<TargetUrl>(url);
  request.connection_key = std::to_string(claim.partner);
  request.headers = {{"Content-Type", "application/json"},
                     {"webhook-id", claim.event.id.value},
                     {"webhook-timestamp", std::to_string(at.time_since_epoch().count())},
                     {"webhook-signature", sign(claim.event.id.value, at, body, claim.secrets)}};
  if (!span.traceparent.empty()) request.headers.emplace_back("traceparent", span.traceparent);
  request.body = body;
  request.timeout = policy.timeout;
  return sender.send(request);
}

void write_line(const store::Settlement& settlement, const RetryPolicy& policy, const Span& span) {
  const store::Claim& claim = settlement.claim;
  const Outcome& outcome = settlement.outcome;
  const auto* const retry = std::get_if<RetryAt>(&settlement.verdict);
  log::info(
      "delivery.attempted",
      {{"delivery", delivery_id(claim.webhook, claim.sequence).value},
       {"event_id", claim.event.id.value},
       {"request_id", claim.event.origin.request_id},
       {"trace_id", span.trace_id},
       {"span_id", span.id},
       {"attempt", std::to_string(claim.round_attempt) + "/" + std::to_string(policy.waits.size())},
       {"status", outcome.status_code.value_or(0)},
       {"error", outcome.error ? to_string(*outcome.error) : std::string_view("none")},
       {"detail", outcome.detail.value_or("")},
       {"took_ms", outcome.duration.count()},
       {"resent", outcome.resent},
       {"verdict", name(settlement.verdict)},
       {"due_in_s",
        retry ? std::chrono::floor<std::chrono::seconds>(retry->due - settlement.ended_at).count()
              : 0}});
}

}  // namespace

store::Settlement make_attempt(Sender& sender, store::Claim claim, const AttemptPolicy& policy,
                               const Clock& clock, Random& random) {
  store::Settlement settlement;
  settlement.claim = std::move(claim);
  settlement.started_at = clock.now();
  if (!may_begin(settlement.claim, policy, settlement.started_at)) {
    settlement.attempted = false;
    return settlement;
  }
  const Span span = span_of(settlement.claim, random);
  try {
    settlement.outcome = send_signed(sender, settlement.claim, policy, settlement.started_at, span);
  } catch (const std::exception& error) {
    settlement.outcome = {};
    settlement.outcome.error = SendError::internal;
    settlement.outcome.detail = error.what();
  }
  settlement.ended_at = clock.now();
  settlement.verdict = judge(policy.retry, settlement.outcome, settlement.claim.round_attempt,
                             settlement.ended_at, random.uniform());
  write_line(settlement, policy.retry, span);
  return settlement;
}

}  // namespace webhooks::worker
