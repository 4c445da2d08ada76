#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/store/sqlite/turn_steps.h"

namespace webhooks::store::sqlite {

// What fanning out needs of a row; its data stays in the store until a worker sends it.
struct PendingEvent {
  std::int64_t position = 0;
  std::string id, type, contract, subject;
  std::optional<std::string> refusal;
};

// What this turn fans out, contract by contract: each has its share, and what some leave of theirs
// goes to those that come after them. Says in the turn's result when there is more.
std::vector<PendingEvent> read_pending(Turn& turn);

}  // namespace webhooks::store::sqlite
