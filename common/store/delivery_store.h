#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "common/domain/delivery.h"
#include "common/domain/webhook.h"
#include "common/store/webhook_store.h"

namespace webhooks::store {

struct DeliveryQuery {
  std::vector<DeliveryState> states;  // an empty list does not filter
  std::vector<EventType> event_types;
  std::optional<std::string> subject;
  std::optional<Time> since;                   // created at or after
  std::optional<Time> until;                   // created before
  std::optional<std::int64_t> after_sequence;  // only later ones, and then oldest first
  std::optional<std::int64_t> cursor;          // next_cursor of the page before
  std::int64_t limit = 50;
  std::optional<std::int64_t> look;  // so many of the log's sequences are looked at, at most
};

struct DeliveryPage {
  // Newest first; oldest first with after_sequence. Fewer than `limit`, perhaps none, where no more
  // were among those looked at.
  std::vector<Delivery> deliveries;
  std::optional<std::int64_t> next_cursor;  // nullopt: this is the last page
};

struct InFlight {};  // it is being sent right now
struct Superseded {  // with `latest`: a newer one of its type and subject has come, or waits to
  DeliveryId newer;
};
struct WebhookInactive {};  // only active webhooks are sent to

using RetryResult = std::variant<Delivery, NotFound, InFlight, WebhookInactive, Superseded>;
using TestResult = std::variant<Delivery, NotFound, WebhookInactive>;

struct RecoverQuery {
  Time since;  // events received at or after
  Time until;  // and before
};
// What a webhook did not get, as one look found it.
struct Missed {
  std::vector<std::int64_t> events;  // by the store's own numbers, in the outbox's order
  bool complete = true;              // false: there are more than one call recovers
};
struct Recovered {
  std::int64_t requeued = 0;  // deliveries that had ended undelivered
  std::int64_t created = 0;   // events that the webhook missed altogether
  bool complete = true;       // false: the limit of one call was met, call again
};
using RecoverResult = std::variant<Recovered, NotFound, WebhookInactive>;

// The delivery log as partners see it. Each method takes the partner: another's delivery or webhook
// is NotFound.
class DeliveryStore {
 public:
  virtual ~DeliveryStore() = default;

  virtual std::optional<DeliveryWithAttempts> find(const PartnerId& partner,
                                                   const DeliveryId& id) = 0;
  // nullopt: no such webhook.
  virtual std::optional<DeliveryPage> list(const PartnerId& partner, const WebhookId& webhook,
                                           const DeliveryQuery& query) = 0;

  // Sends again, whatever came of it before, as a new round of attempts that begins now; of an
  // ordered webhook it keeps its place among the waiting ones of its subject. One that already
  // waits becomes due now. With `latest` nothing is sent behind a newer one.
  virtual RetryResult retry(const PartnerId& partner, const DeliveryId& id, Time now) = 0;

  // Puts `event` into the outbox as dispatched to this webhook alone, out of order with its others.
  virtual TestResult test(const PartnerId& partner, const WebhookId& webhook, const Event& event,
                          Time now) = 0;

  // What the webhook did not get of the events that it subscribes to now; with `latest` the newest
  // of each type and subject, unless a newer one has come. Both only read, for as long as the range
  // takes. nullopt: no such webhook. Counts what recovering would come to, over all the calls until
  // it is complete.
  virtual std::optional<Recovered> count_missed(const PartnerId& partner, const WebhookId& webhook,
                                                const RecoverQuery& query, Time now) = 0;
  // The first of them.
  virtual std::optional<Missed> find_missed(const PartnerId& partner, const WebhookId& webhook,
                                            const RecoverQuery& query, Time now) = 0;

  // Queues again what of `missed` still is, in that order.
  virtual RecoverResult recover(const PartnerId& partner, const WebhookId& webhook,
                                const Missed& missed, Time now) = 0;
};

}  // namespace webhooks::store
