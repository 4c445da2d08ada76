#pragma once

#include "common/store/backend.h"
#include "common/store/sqlite/connection.h"

// The SQLite side of the role stores; the seams' headers say what each method promises.
namespace webhooks::store::sqlite {

class SqliteContractStore final : public ContractStore {
 public:
  explicit SqliteContractStore(Connection& db) : db_(db) {}
  PutResult put(const Contract& contract, Time now) override;
  RemoveResult remove(const ContractId& id) override;
  std::optional<Contract> find(const ContractId& id) override;
  std::vector<Contract> list(const std::optional<PartnerId>& partner) override;

 private:
  Connection& db_;
};

class SqliteWebhookStore final : public WebhookStore {
 public:
  explicit SqliteWebhookStore(Connection& db) : db_(db) {}
  CreateResult create(const NewWebhook& webhook) override;
  std::optional<Webhook> find(const PartnerId& partner, const WebhookId& id) override;
  WebhookPage list(const WebhookQuery& query, std::int64_t offset, std::int64_t limit) override;
  void for_each(const WebhookQuery& query,
                const std::function<void(const Webhook&)>& visit) override;
  ReplaceResult replace(const PartnerId& partner, const WebhookId& id,
                        const WebhookSettings& settings,
                        std::optional<std::int64_t> expected_version, Time now) override;
  store::RemoveResult remove(const PartnerId& partner, const WebhookId& id,
                             std::optional<std::int64_t> expected_version) override;
  std::vector<SigningSecret> secrets(const PartnerId& partner, const WebhookId& id,
                                     Time now) override;
  bool rotate_secret(const PartnerId& partner, const WebhookId& id, const std::string& secret,
                     Time now, Time old_valid_until) override;

 private:
  std::optional<DuplicateSubscription> subscribe(std::int64_t webhook,
                                                 const WebhookSettings& settings);
  void add_secret(std::int64_t key, const WebhookId& webhook, const std::string& secret, Time now);

  Connection& db_;
};

class SqliteEventStore final : public EventStore {
 public:
  explicit SqliteEventStore(Connection& db) : db_(db) {}
  void append(const std::vector<Event>& events, Time now) override;
  std::optional<EventReport> find(const EventId& id) override;

 private:
  Connection& db_;
};

class SqliteDeliveryStore final : public DeliveryStore {
 public:
  explicit SqliteDeliveryStore(Connection& db) : db_(db) {}
  std::optional<DeliveryWithAttempts> find(const PartnerId& partner, const DeliveryId& id) override;
  std::optional<DeliveryPage> list(const PartnerId& partner, const WebhookId& webhook,
                                   const DeliveryQuery& query) override;
  RetryResult retry(const PartnerId& partner, const DeliveryId& id, Time now) override;
  TestResult test(const PartnerId& partner, const WebhookId& webhook, const Event& event,
                  Time now) override;
  std::optional<Recovered> count_missed(const PartnerId& partner, const WebhookId& webhook,
                                        const RecoverQuery& query, Time now) override;
  std::optional<Missed> find_missed(const PartnerId& partner, const WebhookId& webhook,
                                    const RecoverQuery& query, Time now) override;
  RecoverResult recover(const PartnerId& partner, const WebhookId& webhook, const Missed& missed,
                        Time now) override;

 private:
  Connection& db_;
};

class SqliteInsightStore final : public InsightStore {
 public:
  explicit SqliteInsightStore(Connection& db) : db_(db) {}
  Backlog backlog(Time now) override;
  Footprint footprint() override;
  std::vector<PartnerId> partners() override;
  std::optional<PartnerId> owner(const WebhookId& webhook) override;
  std::vector<Delivery> newest(const std::vector<DeliveryState>& states,
                               std::int64_t limit) override;

 private:
  Connection& db_;
};

class SqliteKeyStore final : public KeyStore {
 public:
  explicit SqliteKeyStore(Connection& db) : db_(db) {}
  void add(const ApiKey& key, const std::string& hash) override;
  bool add_first(const ApiKey& key, const std::string& hash) override;
  std::optional<ApiKey> find_valid(const std::string& hash, Time now) override;
  std::vector<ApiKey> list() override;
  bool remove(const ApiKeyId& id) override;
  bool knows(const PartnerId& partner) override;
  void touch(const ApiKeyId& id, Time now) override;

 private:
  Connection& db_;
};

class SqliteSecretStore final : public SecretStore {
 public:
  explicit SqliteSecretStore(Connection& db) : db_(db) {}
  std::vector<std::string> key_ids() override;
  ResealStep reseal(const ResealCursor& after, std::int64_t limit) override;
  bool settle_log() override;

 private:
  Connection& db_;
};

// Opens what a row of signing_secret holds. Throws StoreError when the vault cannot.
std::string open_secret(Connection& db, const WebhookId& webhook, const KeptSecret& kept);

class SqliteIdempotencyStore final : public IdempotencyStore {
 public:
  explicit SqliteIdempotencyStore(Connection& db) : db_(db) {}
  std::optional<StoredReply> find(const std::string& scope, const std::string& key,
                                  Time now) override;
  void save(const std::string& scope, const std::string& key, const StoredReply& reply,
            Time now) override;

 private:
  Connection& db_;
};

}  // namespace webhooks::store::sqlite
