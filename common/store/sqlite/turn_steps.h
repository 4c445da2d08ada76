#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "common/store/sqlite/flow.h"
#include "common/store/sqlite/lane.h"
#include "common/store/turn_store.h"

// The steps of a turn, each inside the turn's one transaction.
namespace webhooks::store::sqlite {

// Where the walk through what is past retention stands.
struct Retention {
  std::int64_t cursor = 0;
  Time next_walk;
};

inline constexpr std::int64_t kBeforeAll = std::numeric_limits<std::int64_t>::min();

// Where a turn begins what no turn does whole: behind what the one before ended with.
struct Places {
  Retention retention;
  std::string contract;  // of the fan-out
  // Of the claims: the partner, of webhooks that are not proven and of probed ones.
  std::array<std::int64_t, 2> round{kBeforeAll, kBeforeAll};
  std::optional<std::int64_t> change;  // the last that was told
};

struct Turn {
  Connection& db;
  const TurnRequest& request;
  FlowBook& flows;
  TurnResult& result;
  Places& places;
  // What one settlement, lost claim, event or claim writes is kept from failing the others; costs
  // more.
  bool one_by_one = false;
};

void settle(Turn& turn);        // settle.cpp
void reclaim_lost(Turn& turn);  // reclaim.cpp
void fan_out(Turn& turn);       // fan_out.cpp
void sweep(Turn& turn);         // sweep.cpp
void claim(Turn& turn);         // claim.cpp
void tell_changes(Turn& turn);  // changes.cpp

// Gives one claim back, with the attempt that it was on logged as lost (see judge_lost). Returns
// how the delivery has ended, if it has.
struct LostClaim {
  std::int64_t webhook = 0;
  std::int64_t event = 0;
  Time started_at;
};
std::optional<DeliveryState> give_back(Connection& db, FlowBook& flows, const LostClaim& lost,
                                       Time now);

// Gives back all claims of a worker, in a transaction of its own. Returns how many there were.
std::int64_t release_claims(Connection& db, const std::string& worker, Time now);

// Why a delivery ends whose attempt the schema refuses to record.
inline std::string unrecorded(const ConstraintError& error) {
  return "its attempt could not be recorded: " + std::string(error.what());
}

// Ends a delivery, claimed or taken out of the queue, of which the schema refuses what comes of it.
void give_up_on(Turn& turn, const DeliveryKey& key, std::string_view why);

}  // namespace webhooks::store::sqlite
