#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/domain/limits.h"
#include "tests/contract/engine.h"

// A small world to tell stories in: one database, one partner, one contract, a clock that the story
// moves.
namespace webhooks::store::test {

using namespace std::chrono_literals;

inline const Time kStart =
    Time(std::chrono::sys_days(std::chrono::year(2025) / 11 / 26).time_since_epoch()) + 9h;
inline const PartnerId kPartner{"acme"};
inline const PartnerId kStranger{"zenith"};
inline const ContractId kContract{"CTR-1001"};
inline constexpr Millis kLease = 30s;

template <class Engine>
class World {
 public:
  World() : session_(engine_.backend().connect()) {
    session_->contracts().put({kContract, kPartner, "Acme Travel", true}, now);
  }

  Session& session() { return *session_; }
  Backend& backend() { return engine_.backend(); }
  const Engine& engine() const { return engine_; }
  std::unique_ptr<Session> connect() { return engine_.backend().connect(); }
  // By somebody who knows these keys of signing secrets.
  std::unique_ptr<Session> connect(SecretVault vault) {
    return engine_.open(std::move(vault))->connect();
  }

  Time now = kStart;

  WebhookId add_webhook(DeliveryOrder order = DeliveryOrder::by_subject,
                        std::vector<EventType> types = {EventType::product_added,
                                                        EventType::product_updated}) {
    const std::string serial = std::to_string(++webhooks_);
    NewWebhook webhook{{name(webhooks_)},
                       kPartner,
                       {kContract, "https://hooks.example/" + serial, std::move(types),
                        WebhookStatus::active, order, ""},
                       std::string(32, 's'),
                       now};
    return std::get<Webhook>(session_->webhooks().create(webhook)).id;
  }

  // Many of a contract, which get its added products, in no order.
  void add_webhooks(const PartnerId& partner, const ContractId& contract, int count) {
    std::vector<std::function<void()>> units;
    for (int i = 0; i < count; ++i)
      units.emplace_back([&] {
        const std::string serial = std::to_string(++webhooks_);
        session_->webhooks().create({{name(webhooks_)},
                                     partner,
                                     {contract,
                                      "https://hooks.example/" + serial,
                                      {EventType::product_added},
                                      WebhookStatus::active,
                                      DeliveryOrder::any,
                                      ""},
                                     std::string(32, 's'),
                                     now});
      });
    for (const auto& failure : session_->run_group(units)) REQUIRE_FALSE(failure);
  }

  // The id of the `number`th webhook, from 1 on.
  static std::string name(int number) {
    const std::string serial = std::to_string(number);
    return "wh_" + std::string(26 - serial.size(), '0') + serial;
  }

  void edit(const WebhookId& id, const std::function<void(WebhookSettings&)>& change) {
    auto settings = session_->webhooks().find(kPartner, id).value().settings;
    change(settings);
    REQUIRE(std::holds_alternative<Webhook>(
        session_->webhooks().replace(kPartner, id, settings, std::nullopt, now)));
  }

  void set_status(const WebhookId& id, WebhookStatus status) {
    edit(id, [status](WebhookSettings& settings) { settings.status = status; });
  }

  EventId publish(const std::string& subject, EventType type = EventType::product_added,
                  std::optional<Time> expires_at = {}) {
    Event event{{"evt-" + std::to_string(++events_)},
                type,
                kContract,
                subject,
                now,
                expires_at,
                R"({"n":1})"};
    session_->events().append({event}, now);
    return event.id;
  }

  // What a turn is asked that takes whatever is due, up to `capacity`.
  TurnRequest request(int capacity = 100) const {
    TurnRequest request;
    request.now = now;
    request.worker = "w1";
    request.capacity = Capacity::of(capacity);
    request.lease = kLease;
    request.check = [](const OutboxRow& row) -> std::optional<std::string> {
      if (!event_type_from(row.type)) return "unknown type";
      return std::nullopt;
    };
    request.room = [](std::int64_t, const Health&) { return 10000; };
    return request;
  }

  TurnResult turn(std::vector<Settlement> settled = {}, int capacity = 100) {
    TurnRequest asked = request(capacity);
    asked.settled = std::move(settled);
    return session_->turns().turn(asked);
  }

  Settlement settled(const Claim& claim, int status) const {
    Outcome outcome;
    outcome.status_code = status;
    outcome.duration = 5ms;
    return {claim, true,    now,
            now,   outcome, judge(RetryPolicy{}, outcome, claim.round_attempt, now, 0.5)};
  }

  RecoverResult recover(const WebhookId& webhook, const RecoverQuery& query) {
    auto& deliveries = session_->deliveries();
    return deliveries.recover(kPartner, webhook,
                              deliveries.find_missed(kPartner, webhook, query, now).value(), now);
  }

  Delivery delivery(const Claim& claim) {
    return session_->deliveries()
        .find(kPartner, delivery_id(claim.webhook, claim.sequence))
        .value()
        .delivery;
  }

 private:
  Engine engine_;
  std::unique_ptr<Session> session_;
  int webhooks_ = 0;
  int events_ = 0;
};

inline std::vector<std::string> subjects(const TurnResult& result) {
  std::vector<std::string> names;
  for (const Claim& claim : result.claims)
    names.push_back(claim.event.subject + "#" + std::to_string(claim.sequence));
  return names;
}

}  // namespace webhooks::store::test
