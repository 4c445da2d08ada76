#pragma once

#include <cstdint>
#include <vector>

#include "common/base/time.h"
#include "common/store/sqlite/turn_steps.h"

// Whose turn it is to be claimed from.
namespace webhooks::store::sqlite {

enum class Standing { proven, unproven, probed };

struct Candidate {
  std::int64_t webhook = 0;
  std::int64_t partner = 0;
  int room = 0;  // claims
  Standing standing = Standing::unproven;
  Time ready_at;
};
using Candidates = std::vector<Candidate>;

// How much of what is left one of that standing may have, of whose partner so much is held already.
int left_to(Standing standing, const Capacity& left, const Held& held);

// The webhooks whose turn it is and that have room, in the order in which they are to be served:
// first come, first served. Where many that are not proven wait, their partners take turns, and
// these webhooks go first: the caps of left_to() keep them from taking all.
Candidates whose_turn(Turn& turn);

}  // namespace webhooks::store::sqlite
