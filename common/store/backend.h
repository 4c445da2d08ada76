#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/domain/secret_vault.h"
#include "common/store/contract_store.h"
#include "common/store/delivery_store.h"
#include "common/store/event_store.h"
#include "common/store/idempotency_store.h"
#include "common/store/insight_store.h"
#include "common/store/key_store.h"
#include "common/store/maintenance.h"
#include "common/store/secret_store.h"
#include "common/store/turn_store.h"
#include "common/store/webhook_store.h"

namespace webhooks::store {

// A failure of our surroundings: disk full, database gone, a constraint that our own code broke.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One connection with its stores. Used by one thread at a time.
class Session {
 public:
  virtual ~Session() = default;

  virtual ContractStore& contracts() = 0;
  virtual WebhookStore& webhooks() = 0;
  virtual EventStore& events() = 0;
  virtual DeliveryStore& deliveries() = 0;
  virtual KeyStore& keys() = 0;
  virtual SecretStore& secrets() = 0;
  virtual IdempotencyStore& idempotency() = 0;
  virtual TurnStore& turns() = 0;
  virtual InsightStore& insight() = 0;

  // Runs `reads`, which asks this session's stores, writes nothing, and gets every answer as of one
  // instant. Costs less than the same questions one by one. Throws StoreError and whatever `reads`
  // throws.
  virtual void at_one_instant(const std::function<void()>& reads) = 0;

  // Group commit: runs each unit as if in a transaction of its own and commits them together, so
  // that N units share one wait for the disk. Returns, unit by unit, the exception that it threw
  // (and that undid it alone), or null. When the commit itself fails every unit has failed with
  // StoreError. A unit may use all stores of this session and sees what the units before it wrote.
  virtual std::vector<std::exception_ptr> run_group(
      std::span<const std::function<void()>> units) = 0;
};

// A database. Thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;

  // Brings the schema up to date; safe when several processes do it at once. Throws StoreError when
  // the database is newer than this program or not ours.
  virtual void migrate() = 0;

  // Copies all of it, as of one instant and while others write, into the new file `to`, checks the
  // copy and brings it to disk. Throws StoreError, and then there is no such file.
  virtual BackupReport back_up(const std::string& to) = 0;

  // Makes the backup `from` the database, in this program's schema; attempts that were under way in
  // it are queued again. With `replace` a database that is there is kept beside, without it that is
  // a StoreError. No process may use the database meanwhile: that is a StoreError too, and nothing
  // has changed.
  virtual BackupReport restore(const std::string& from, bool replace, Time now) = 0;

  // Everything that is not as it must be, in the files and between the tables; empty: all is well.
  // Reads all of it, while others may write. Throws StoreError when it cannot be read at all.
  virtual std::vector<Violation> check() = 0;

  // Name and version of the engine, e.g. "SQLite 3.40.1".
  virtual std::string engine() const = 0;

  // A new connection. Throws StoreError, also when the schema is not the one that this program
  // knows.
  virtual std::unique_ptr<Session> connect() = 0;
};

// `url`: "sqlite:path". `vault`: seals the signing secrets that are written, opens those that are
// read. Opens nothing yet. Throws std::invalid_argument that names what is wrong.
std::unique_ptr<Backend> open_backend(std::string_view url, SecretVault vault = {});

}  // namespace webhooks::store
