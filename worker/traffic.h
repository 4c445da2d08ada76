#pragma once

#include <algorithm>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "common/domain/health.h"
#include "common/store/turn_store.h"

namespace webhooks::worker {

// How many attempts end in a turn. It fades from turn to turn, by a quarter each: they are not
// alike, and what is claimed should not swing with each.
class Pace {
 public:
  void count(std::int64_t turn);  // one has ended
  int at(std::int64_t turn) const;

 private:
  static int faded(int pace) { return pace * 3 / 4; }

  std::int64_t turn_ = 0;  // the last in which one ended,
  int finished_ = 0;       // how many did,
  int before_ = 0;         // and the pace before
};

// The claims that this worker holds, by webhook: which of them a free sender begins next, and how
// many more a turn may claim. Pure bookkeeping; the sender pool guards it.
class Traffic {
 public:
  explicit Traffic(int senders) : senders_(senders) {}

  // Claims per sender at most, those under way included: what they carry out while a turn is on its
  // way to disk and a checkpoint stands before it. (With 32 they had nothing left at the end of
  // most turns over a deep backlog; 64 cost the worker its 64 MiB.)
  static constexpr int kDepth = 48;
  // Of these to one webhook, beside its window: what it finished in so many turns.
  static constexpr int kTurnsAhead = 4;
  // Of the events' data in all of them.
  static constexpr std::int64_t kMostBytes = 16 * 1024 * 1024;

  // A claim that waits for a sender from now on, behind the others of its webhook.
  void add(store::Claim claim);
  // The claim to begin now: webhooks take turns, and each has at most its window under way and no
  // more than there are free senders (the one that asks included). So one webhook alone gets half
  // of them, n that never answer leave one in n + 1 free, and whoever is proven and has nothing
  // under way always gets the next one. (Dynamic thresholds, as in a switch's shared memory.) To
  // webhooks that are not proven at most half of the senders are under way together. nullopt: none
  // may begin.
  std::optional<store::Claim> next();
  bool has_next() const;
  // What next() gave has ended. Returns the claims of its webhook that wait when it has begun to be
  // probed: they go back untouched, so that a dead endpoint does not use up an attempt of each.
  std::vector<store::Claim> finished(const store::Settlement& settlement);
  // Takes back all claims that wait.
  std::vector<store::Claim> withdraw();
  // Those of one webhook.
  std::vector<store::Claim> withdraw(std::int64_t webhook);

  // A turn begins: what finished since the one before is a turn's work.
  void begin_turn() { ++turn_; }
  // How much more this worker can use: two claims a sender, and ahead of that four times as many as
  // end in a turn, so that nothing that it claims gets old in its hands; and as many as there are
  // free senders, whoever holds claims that may not begin. (With 48 a sender whatever
  // their pace, endpoints that take a second had four of ten claims go back untouched, and waited
  // 532 s for a turn that came every 31 s.) Of webhooks that are not proven as many claims as they
  // may have under way, and ahead of that four times as many as proved themselves in a turn, at
  // most a quarter of all claims and bytes: ten thousand new ones are soon known, and new ones that
  // hang hold no more than they use. Of those that are probed as many as a quarter of the senders:
  // a thousand dead endpoints leave room to find out about a new one.
  store::Capacity capacity() const;
  // How many more claims there may be of that webhook: one until it is proven, so that endpoints
  // which hang from the start leave their share to other new ones; then its window and four times
  // what it finished in a turn, so that no sender waits for a turn that is on its way to disk. It
  // never holds more claims, nor bytes, than are left for all: who begins to hang with much in hand
  // leaves some to the others.
  int room(std::int64_t webhook, const Health& health) const;
  // What there is of that partner's webhooks that are not proven.
  store::Held held(std::int64_t partner) const;
  // Whether that delivery is claimed here.
  bool holds(std::int64_t webhook, std::int64_t event) const;

  int waiting() const { return waiting_; }
  int under_way() const { return under_way_; }
  int in_flight() const { return waiting_ + under_way_; }
  // Webhooks that are busy or whose window has moved, and what may be under way to them together.
  int windows() const { return static_cast<int>(lanes_.size()); }
  int window_slots() const;

 private:
  struct Lane {
    Window window;
    std::vector<std::int64_t> under_way;  // events
    int failures = 0;                     // in a row
    std::int64_t bytes = 0;               // of the events' data in its claims
    std::list<store::Claim> waiting;      // a list takes no memory while it is empty
    Pace pace;
    std::uint64_t place = 0;  // among all that have waiting claims: the least goes first
    std::list<Lane*>::iterator in_line;
  };
  using Lanes = std::unordered_map<std::int64_t, Lane>;
  using Line = std::list<Lane*>;

  // A partner that has claims of webhooks which are not proven.
  struct Partner {
    store::Held held;
    int under_way = 0;
    Line line;  // its lanes whose first claim is one
    std::list<Partner*>::iterator in_round;
  };

  static constexpr std::size_t kMostLanes = 10'000;

  int claims_left() const;
  int most_unproven() const { return std::max(senders_ / 2, 1); }
  // Into the line that it waits in, behind the others, and out of it; by its first waiting claim.
  void enter(Lane& lane);
  void leave(Lane& lane);
  bool may_begin(const Lane& lane) const;
  Lane* first_of(const Line& line) const;
  Lane* first_unproven() const;
  Lane* whose_turn() const;
  void count(const store::Claim& claim, Lane& lane, int by);
  // Moves the claims that wait in a lane, of which there are some, to the end of `back`.
  void take_waiting(Lane& lane, std::vector<store::Claim>& back);
  void forget_idle(Lanes::iterator at);

  const int senders_;
  std::int64_t turn_ = 1;
  int waiting_ = 0;
  int under_way_ = 0;
  int unproven_ = 0;
  std::int64_t unproven_bytes_ = 0;
  int unproven_under_way_ = 0;
  Pace pace_;
  Pace unproven_pace_;
  int probed_ = 0;
  std::int64_t bytes_ = 0;
  Lanes lanes_;
  std::size_t crowded_ = kMostLanes;  // with more lanes than this the idle ones are looked for
  std::unordered_map<std::int64_t, Partner> partners_;
  // Lanes with waiting claims, by whether the first of these is of a proven webhook: one line, and
  // one for each partner. So those who may not begin do not have to be passed over one by one.
  Line proven_line_;
  std::list<Partner*> round_;
  std::uint64_t last_place_ = 0;
};

}  // namespace webhooks::worker
