#pragma once

#include "common/base/clock.h"
#include "common/base/random.h"
#include "common/domain/verdict.h"
#include "common/store/turn_store.h"
#include "worker/sender.h"

namespace webhooks::worker {

struct AttemptPolicy {
  RetryPolicy retry;
  Millis timeout = std::chrono::seconds(15);  // hard, over everything
  UrlRules url_rules;
};

// From the end of an attempt to its being settled, at the worst.
inline constexpr Millis kSettleMargin = std::chrono::seconds(15);

// How long a claim may be held: it may wait for a sender as long as one attempt takes, then be
// attempted and settled.
inline Millis lease_for(Millis timeout) { return 2 * timeout + kSettleMargin; }

// Makes one attempt of a claim: builds and signs the request (Standard Webhooks), sends it, judges
// what came, and writes the canonical line. Never throws. Runs on sender threads.
store::Settlement make_attempt(Sender& sender, store::Claim claim, const AttemptPolicy& policy,
                               const Clock& clock, Random& random);

}  // namespace webhooks::worker
