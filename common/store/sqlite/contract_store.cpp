#include "common/store/sqlite/stores.h"

namespace webhooks::store::sqlite {
namespace {

constexpr std::string_view kAddPartner =
    "INSERT INTO partner (id) VALUES (?) ON CONFLICT DO NOTHING";
constexpr std::string_view kFind = "SELECT id, partner_id, name, active FROM contract WHERE id = ?";
constexpr std::string_view kAdd =
    "INSERT INTO contract (id, partner_id, name, active) VALUES (?, ?, ?, ?)";
constexpr std::string_view kUpdate = "UPDATE contract SET name = ?2, active = ?3 WHERE id = ?1";
constexpr std::string_view kHasWebhooks = "SELECT 1 FROM webhook WHERE contract_id = ? LIMIT 1";
constexpr std::string_view kRemove = "DELETE FROM contract WHERE id = ?";
constexpr std::string_view kListAll =
    "SELECT id, partner_id, name, active FROM contract ORDER BY id";
constexpr std::string_view kListOf =
    "SELECT id, partner_id, name, active FROM contract WHERE partner_id = ? ORDER BY id";

// What waits for an inactive contract's webhooks waits on, and takes its turn when the contract is
// active again: behind those that wait then, however long it has been queued, and after the probe
// that may be out.
constexpr std::string_view kWakeWebhooks = R"sql(
  UPDATE flow SET ready_at = CASE WHEN ?2 THEN
      (SELECT max(due, ?3, coalesce(flow.hold_until, 0), CASE WHEN flow.failures >= 5 THEN coalesce(
                (SELECT max(c.lease_until) FROM claim c WHERE c.webhook = flow.webhook), 0) ELSE 0 END)
       FROM queue q WHERE q.webhook = flow.webhook ORDER BY due LIMIT 1)
    END
  WHERE webhook IN (SELECT key FROM webhook WHERE contract_id = ?1 AND status = 'active'))sql";

Contract read(const Rows& row) {
  return {{row.text(0)}, {row.text(1)}, row.text(2), row.integer(3) != 0};
}

}  // namespace

ContractStore::PutResult SqliteContractStore::put(const Contract& contract, Time now) {
  Transaction transaction(db_);
  const std::optional<Contract> before = find(contract.id);
  if (before && before->partner != contract.partner) return PutResult::belongs_to_another_partner;
  if (before) {
    db_.run(kUpdate, contract.id, contract.name, contract.active);
    if (before->active != contract.active)
      db_.run(kWakeWebhooks, contract.id, contract.active, now);
  } else {
    db_.run(kAddPartner, contract.partner);
    db_.run(kAdd, contract.id, contract.partner, contract.name, contract.active);
  }
  transaction.commit();
  return before ? PutResult::updated : PutResult::created;
}

ContractStore::RemoveResult SqliteContractStore::remove(const ContractId& id) {
  Transaction transaction(db_);
  if (!find(id)) return RemoveResult::not_found;
  if (db_.value(kHasWebhooks, id)) return RemoveResult::has_webhooks;
  db_.run(kRemove, id);
  transaction.commit();
  return RemoveResult::removed;
}

std::optional<Contract> SqliteContractStore::find(const ContractId& id) {
  Rows row = db_.query(kFind, id);
  return row.next() ? std::optional(read(row)) : std::nullopt;
}

std::vector<Contract> SqliteContractStore::list(const std::optional<PartnerId>& partner) {
  std::vector<Contract> contracts;
  Rows rows = partner ? db_.query(kListOf, *partner) : db_.query(kListAll);
  while (rows.next()) contracts.push_back(read(rows));
  return contracts;
}

}  // namespace webhooks::store::sqlite
