#include "common/store/sqlite/backend.h"

#include "common/store/sqlite/backup.h"
#include "common/store/sqlite/check.h"
#include "common/store/sqlite/connection.h"
#include "common/store/sqlite/migrate.h"
#include "common/store/sqlite/stores.h"
#include "common/store/sqlite/turn_store.h"

namespace webhooks::store::sqlite {
namespace {

class SqliteSession final : public Session {
 public:
  SqliteSession(const std::string& path, const SecretVault& vault)
      : db_(path, Connection::Mode::existing, vault) {
    require_current(db_);
  }

  ContractStore& contracts() override { return contracts_; }
  WebhookStore& webhooks() override { return webhooks_; }
  EventStore& events() override { return events_; }
  DeliveryStore& deliveries() override { return deliveries_; }
  KeyStore& keys() override { return keys_; }
  SecretStore& secrets() override { return secrets_; }
  IdempotencyStore& idempotency() override { return idempotency_; }
  TurnStore& turns() override { return turns_; }
  InsightStore& insight() override { return insight_; }

  // Outside of a transaction each statement takes and gives back a lock of the log's index by two
  // system calls, under a mutex of all connections: as much work as the statement itself.
  void at_one_instant(const std::function<void()>& reads) override {
    const Snapshot instant(db_);
    reads();
  }

  std::vector<std::exception_ptr> run_group(std::span<const std::function<void()>> units) override {
    std::vector<std::exception_ptr> failures(units.size());
    try {
      Transaction group(db_);
      for (std::size_t i = 0; i < units.size(); ++i) failures[i] = run_unit(units[i]);
      group.commit();
      mover_.after_commit();
    } catch (const StoreError&) {
      for (std::exception_ptr& failure : failures) failure = std::current_exception();
    }
    return failures;
  }

 private:
  std::exception_ptr run_unit(const std::function<void()>& unit) {
    // When SQLite has given up the whole group (disk full), the units after it must not begin one
    // of their own.
    if (!db_.in_transaction()) throw StoreError("the transaction was lost");
    Transaction alone(db_);
    try {
      unit();
    } catch (...) {
      return std::current_exception();
    }
    alone.commit();
    return nullptr;
  }

  Connection db_;
  LogMover mover_{db_};
  SqliteContractStore contracts_{db_};
  SqliteWebhookStore webhooks_{db_};
  SqliteEventStore events_{db_};
  SqliteDeliveryStore deliveries_{db_};
  SqliteKeyStore keys_{db_};
  SqliteSecretStore secrets_{db_};
  SqliteIdempotencyStore idempotency_{db_};
  SqliteTurnStore turns_{db_, mover_};
  SqliteInsightStore insight_{db_};
};

class SqliteBackend final : public Backend {
 public:
  SqliteBackend(std::string path, SecretVault vault)
      : path_(std::move(path)), vault_(std::move(vault)) {}

  void migrate() override {
    Connection db(path_, Connection::Mode::create);
    sqlite::migrate(db);
  }

  BackupReport back_up(const std::string& to) override { return sqlite::back_up(path_, to); }

  BackupReport restore(const std::string& from, bool replace, Time now) override {
    return sqlite::restore(from, path_, replace, now);
  }

  std::vector<Violation> check() override {
    Connection db(path_, Connection::Mode::existing);
    require_current(db);
    std::vector<Violation> found = check_file(db);
    for (Violation& violation : check_invariants(db)) found.push_back(std::move(violation));
    return found;
  }

  std::string engine() const override { return std::string("SQLite ") + sqlite3_libversion(); }

  std::unique_ptr<Session> connect() override {
    return std::make_unique<SqliteSession>(path_, vault_);
  }

 private:
  const std::string path_;
  const SecretVault vault_;
};

}  // namespace

std::unique_ptr<Backend> make_backend(std::string path, SecretVault vault) {
  return std::make_unique<SqliteBackend>(std::move(path), std::move(vault));
}

}  // namespace webhooks::store::sqlite
