#pragma once

#include <optional>

#include "common/store/sqlite/connection.h"
#include "common/store/sqlite/log_mover.h"
#include "common/store/sqlite/log_watch.h"
#include "common/store/sqlite/turn_steps.h"
#include "common/store/turn_store.h"

namespace webhooks::store::sqlite {

class SqliteTurnStore final : public TurnStore {
 public:
  // Both must outlive it; `mover`: of `db`'s log.
  SqliteTurnStore(Connection& db, LogMover& mover) : db_(db), mover_(mover) {}

  TurnResult turn(const TurnRequest& request) override;
  bool changed() override;
  bool wake_on_change(std::function<void()> wake) override;
  bool rest() override;
  std::int64_t release_claims(const std::string& worker, Time now) override;

 private:
  TurnResult take_or_retake(const TurnRequest& request);
  TurnResult take_turn(const TurnRequest& request, bool one_by_one);

  Connection& db_;
  LogMover& mover_;
  bool has_turned_ = false;
  std::int64_t data_version_ = -1;
  std::optional<LogWatch> log_;  // from the first changed() on
  Places places_;
};

}  // namespace webhooks::store::sqlite
