#pragma once

#include <optional>
#include <vector>

#include "common/base/time.h"
#include "common/domain/contract.h"

namespace webhooks::store {

// The mirror of the platform's contracts. Every store method is one unit of work: it happens whole
// or, when it throws (StoreError), not at all. A store belongs to one Session and so to one thread
// at a time.
class ContractStore {
 public:
  virtual ~ContractStore() = default;

  enum class PutResult { created, updated, belongs_to_another_partner };
  // Adds the contract, or changes its name and active flag. A contract never moves to another
  // partner. What has waited for it to be active again takes its turn from `now` on.
  virtual PutResult put(const Contract& contract, Time now) = 0;

  enum class RemoveResult { removed, not_found, has_webhooks };
  virtual RemoveResult remove(const ContractId& id) = 0;

  virtual std::optional<Contract> find(const ContractId& id) = 0;

  // By id. nullopt: those of all partners.
  virtual std::vector<Contract> list(const std::optional<PartnerId>& partner) = 0;
};

}  // namespace webhooks::store
