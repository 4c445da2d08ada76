#include "common/store/sqlite/check.h"

#include <fmt/format.h>
#include <iterator>

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kIntegrity = "PRAGMA integrity_check(20)";
constexpr std::string_view kForeignKeys = "PRAGMA foreign_key_check";
constexpr int kToldPerRule = 20;

struct Rule {
  std::string_view name;
  std::string_view sql;  // a row of one text for each violation
};

// What waits of webhooks that have been deleted (`purge`) is removed in steps: no rule is about
// that. What stands in queue or claim is on its way.
constexpr Rule kRules[] = {
    {"lane-single", R"sql(
  SELECT 'webhook ' || u.webhook || ' has ' || count(*) || ' deliveries of subject ' || d.subject ||
    ' in queue or claim, first event ' || min(u.event)
  FROM (SELECT webhook, event FROM queue UNION ALL SELECT webhook, event FROM claim) u
  JOIN delivery d ON d.event = u.event AND d.webhook = u.webhook
  WHERE d.ordered = 1 AND d.state = 'pending'
  GROUP BY u.webhook, d.subject
  HAVING count(*) > 1)sql"},
    // A manual retry may put an older one before the one that is being sent: the queue alone.
    {"lane-first", R"sql(
  SELECT 'webhook ' || q.webhook || ' has event ' || q.event || ' queued before an older one of subject ' ||
    d.subject
  FROM queue q
  JOIN delivery d ON d.event = q.event AND d.webhook = q.webhook
  WHERE d.ordered = 1 AND EXISTS (SELECT 1 FROM delivery e WHERE e.webhook = d.webhook AND e.ordered = 1 AND
    e.subject = d.subject AND e.state = 'pending' AND e.event < d.event))sql"},
    // NOT IN, which reads the queue once: it has no index by event.
    {"lane-stuck", R"sql(
  SELECT 'webhook ' || l.webhook || ' has event ' || l.event || ' waiting with nothing of subject ' || l.subject
    || ' in queue or claim'
  FROM (SELECT webhook, subject, min(event) AS event FROM delivery WHERE state = 'pending' AND ordered = 1 GROUP
    BY webhook, subject) l
  WHERE (l.webhook, l.subject) NOT IN (SELECT d.webhook, d.subject FROM (SELECT webhook, event FROM queue UNION
    ALL SELECT webhook, event FROM claim) u JOIN delivery d ON d.event = u.event AND d.webhook = u.webhook WHERE
    d.ordered = 1) AND l.webhook NOT IN (SELECT webhook FROM purge))sql"},
    {"delivery-stuck", R"sql(
  SELECT 'webhook ' || d.webhook || ' has event ' || d.event || ' pending, neither queued nor claimed'
  FROM delivery d
  WHERE d.state = 'pending' AND d.ordered = 0 AND (d.webhook, d.event) NOT IN (SELECT webhook, event FROM queue
    UNION ALL SELECT webhook, event FROM claim) AND d.webhook NOT IN (SELECT webhook FROM purge))sql"},
    {"queue-delivery", R"sql(
  SELECT 'webhook ' || q.webhook || ' has event ' || q.event ||
    ' queued without a pending delivery of that sequence and due time'
  FROM queue q
  WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.event = q.event AND d.webhook = q.webhook AND d.state =
    'pending' AND d.sequence = q.sequence AND d.due = q.due) AND q.webhook NOT IN (SELECT webhook FROM purge))sql"},
    {"claim-delivery", R"sql(
  SELECT 'webhook ' || c.webhook || ' has event ' || c.event || ' claimed without a pending delivery'
  FROM claim c
  WHERE NOT EXISTS (SELECT 1 FROM delivery d WHERE d.event = c.event AND d.webhook = c.webhook AND d.state =
    'pending'))sql"},
    {"claim-queue", R"sql(
  SELECT 'webhook ' || webhook || ' has event ' || event || ' both claimed and queued'
  FROM claim
  WHERE (webhook, event) IN (SELECT webhook, event FROM queue))sql"},
    {"flow-ready", R"sql(
  SELECT 'webhook ' || w.id || ' has deliveries queued and no turn'
  FROM flow f
  JOIN webhook w ON w.key = f.webhook
  JOIN contract c ON c.id = w.contract_id
  WHERE f.ready_at IS NULL AND w.status = 'active' AND c.active = 1 AND EXISTS (SELECT 1 FROM queue q WHERE
    q.webhook = f.webhook AND q.sequence > f.cancelled_through))sql"},
    {"webhook-flow", R"sql(
  SELECT 'webhook ' || id || ' has no flow'
  FROM webhook
  WHERE key NOT IN (SELECT webhook FROM flow))sql"},
    {"flow-partner", R"sql(
  SELECT 'webhook ' || w.id || ' takes its turns among those of partner number ' || f.partner || ', not of ' || p.serial
  FROM flow f
  JOIN webhook w ON w.key = f.webhook
  JOIN partner p ON p.id = w.partner_id
  WHERE f.partner <> p.serial)sql"},
    {"webhook-secret", R"sql(
  SELECT 'webhook ' || id || ' has no current signing secret'
  FROM webhook w
  WHERE NOT EXISTS (SELECT 1 FROM signing_secret s WHERE s.webhook = w.key AND s.expires_at IS NULL))sql"},
    {"webhook-subscription", R"sql(
  SELECT 'webhook ' || w.id || ' subscribes to nothing, or under another contract or URL'
  FROM webhook w
  WHERE NOT EXISTS (SELECT 1 FROM subscription s WHERE s.webhook = w.key) OR EXISTS (SELECT 1 FROM subscription
    s WHERE s.webhook = w.key AND (s.contract_id <> w.contract_id OR s.url <> w.url)))sql"},
    {"webhook-number", R"sql(
  SELECT 'webhook ' || w.id || ' has number ' || w.number || ', its partner has given only ' ||
    p.last_webhook_number
  FROM webhook w
  JOIN partner p ON p.id = w.partner_id
  WHERE w.number > p.last_webhook_number)sql"},
    {"webhook-types", R"sql(
  SELECT 'webhook ' || w.id || ' is listed with event types "' || w.event_types || '", subscribed are "' ||
    coalesce(s.event_types, '') || '"'
  FROM webhook w
  LEFT JOIN subscribed s ON s.webhook = w.key
  WHERE w.event_types <> coalesce(s.event_types, ''))sql"},
    {"webhook-tally", R"sql(
  SELECT 'partner ' || partner_id || ' has ' || sum(there) || ' webhooks of contract ' || contract_id ||
    ', status ' || status || ', event types "' || event_types || '", counted are ' || sum(counted)
  FROM (SELECT partner_id, contract_id, status, event_types, count(*) AS there, 0 AS counted FROM webhook GROUP BY
    1, 2, 3, 4 UNION ALL SELECT partner_id, contract_id, status, event_types, 0, webhooks FROM webhook_tally)
  GROUP BY partner_id, contract_id, status, event_types
  HAVING sum(there) <> sum(counted))sql"},
    {"webhook-url", R"sql(
  SELECT 'webhook ' || w.id || ' cannot be found by its URL'
  FROM webhook w
  JOIN partner p ON p.id = w.partner_id
  WHERE NOT EXISTS (SELECT 1 FROM webhook_url u WHERE u.rowid = (p.serial << 40) + w.number AND u.url = w.url))sql"},
    {"url-webhook", R"sql(
  SELECT 'the URL ' || u.url || ' can be found, its webhook is not there'
  FROM webhook_url u
  WHERE u.rowid NOT IN (SELECT (p.serial << 40) + w.number FROM webhook w JOIN partner p ON p.id = w.partner_id WHERE
    p.serial IS NOT NULL))sql"},
    {"sequence-last", R"sql(
  SELECT 'webhook ' || f.webhook || ' has given sequence ' || max(d.sequence) || ', its last is ' ||
    f.last_sequence
  FROM flow f
  JOIN delivery d ON d.webhook = f.webhook
  GROUP BY f.webhook
  HAVING max(d.sequence) > f.last_sequence)sql"},
    // Only retention takes deliveries of a webhook that is there, and only with their event.
    // Positions of the outbox have no gap but retention's either.
    {"sequence-gap", R"sql(
  SELECT 'webhook ' || f.webhook || ' lacks ' || (f.last_sequence - (SELECT count(*) FROM delivery d WHERE
    d.webhook = f.webhook)) || ' of its deliveries, retention took only ' || dropped || ' events'
  FROM flow f, (SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0) - (SELECT count(*)
    FROM outbox) AS dropped)
  WHERE f.last_sequence - (SELECT count(*) FROM delivery d WHERE d.webhook = f.webhook) > dropped)sql"},
    {"delivery-event", R"sql(
  SELECT 'webhook ' || d.webhook || ' has a delivery of event ' || d.event || ', which is not in the outbox'
  FROM delivery d
  WHERE d.event NOT IN (SELECT position FROM outbox))sql"},
    {"delivery-webhook", R"sql(
  SELECT 'event ' || d.event || ' has a delivery to webhook ' || d.webhook || ', which is not there'
  FROM delivery d
  WHERE d.webhook NOT IN (SELECT key FROM webhook) AND d.webhook NOT IN (SELECT webhook FROM purge))sql"},
    {"delivery-attempts", R"sql(
  SELECT 'event ' || d.event || ' to webhook ' || d.webhook || ' counts ' || d.attempts_made ||
    ' attempts, logged are ' || (SELECT count(*) FROM attempt a WHERE a.event = d.event AND a.webhook =
    d.webhook)
  FROM delivery d
  WHERE d.attempts_made <> (SELECT count(*) FROM attempt a WHERE a.event = d.event AND a.webhook = d.webhook)
    AND d.webhook NOT IN (SELECT webhook FROM purge))sql"},
    {"delivery-end", R"sql(
  SELECT 'event ' || d.event || ' to webhook ' || d.webhook || ' ended ' || d.state ||
    ' without a reason or a success'
  FROM delivery d
  WHERE (d.state NOT IN ('pending', 'delivered') AND d.reason IS NULL) OR (d.state = 'delivered' AND NOT EXISTS
    (SELECT 1 FROM attempt a WHERE a.event = d.event AND a.webhook = d.webhook AND a.number = d.attempts_made
    AND a.status_code BETWEEN 200 AND 299)))sql"},
    {"attempt-delivery", R"sql(
  SELECT 'event ' || a.event || ' to webhook ' || a.webhook || ' has attempts but no delivery'
  FROM attempt a
  WHERE a.number = 1 AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.event = a.event AND d.webhook = a.webhook))sql"},
};

}  // namespace

std::vector<std::string_view> invariants() {
  std::vector<std::string_view> names;
  for (const Rule& rule : kRules) names.push_back(rule.name);
  return names;
}

std::vector<Violation> check_file(Connection& db) {
  std::vector<Violation> found;
  try {
    for (Rows rows = db.query(kIntegrity); rows.next();)
      if (rows.view(0) != "ok") found.push_back({"integrity", rows.text(0)});
    for (Rows rows = db.query(kForeignKeys); found.size() < kToldPerRule && rows.next();)
      found.push_back({"foreign-key", fmt::format("a row of {} names a row of {} that is not there",
                                                  rows.text(0), rows.text(2))});
  } catch (const StoreError& error) {
    found.push_back({"integrity", error.what()});
  }
  return found;
}

std::vector<Violation> check_invariants(Connection& db) {
  const Snapshot snapshot(db);
  std::vector<Violation> found;
  for (const Rule& rule : kRules) {
    try {
      Rows rows = db.query(rule.sql);
      for (int told = 0; told < kToldPerRule && rows.next(); ++told)
        found.push_back({std::string(rule.name), rows.text(0)});
    } catch (const StoreError& error) {
      found.push_back({std::string(rule.name), error.what()});
    }
  }
  return found;
}

}  // namespace webhooks::store::sqlite
