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
  explicit SqliteTurnStore(Connection& db) : db_(db) {}

  TurnResult turn(const TurnRequest& request) override;
  bool changed() override;
  bool wake_on_change(std::function<void()> wake) override;
  bool rest() override;
  std::int64_t release_claims(const std::string& worker, Time now) override;

 private:
  TurnResult take_or_retake(const TurnRequest& request);
  TurnResult take_turn(const TurnRequest& request, bool one_by_one);

  Connection& db_;
  std::int64_t data_version_ = -1;
  std::optional<LogWatch> log_;    // from the first changed() on
  std::optional<LogMover> mover_;  // from the first turn() on
  Retention retention_;
  std::string last_contract_;
};

}  // namespace webhooks::store::sqlite
