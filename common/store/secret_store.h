#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace webhooks::store {

// Where a walk over all signing secrets stands.
struct ResealCursor {
  std::int64_t webhook = 0;
  std::int64_t serial = 0;
};
struct ResealStep {
  ResealCursor next;
  std::int64_t resealed = 0;
  bool done = false;  // there are no more behind `next`
};

// How signing secrets are kept; their webhooks' side is in WebhookStore. The keys are those of the
// vault that the database was opened with.
class SecretStore {
 public:
  virtual ~SecretStore() = default;

  // The ids of the keys that secrets are sealed with, "" for those that are not sealed.
  virtual std::vector<std::string> key_ids() = 0;

  // Seals with the vault's first key those of the next `limit` secrets behind `after` that are not.
  // What stood there before is overwritten with zeroes. Throws StoreError, and changes nothing,
  // when one of them cannot be opened.
  virtual ResealStep reseal(const ResealCursor& after, std::int64_t limit) = 0;

  // Moves what was written into the database's main file, so that no older copy stands in its log.
  // False: somebody was reading; try again.
  virtual bool settle_log() = 0;
};

}  // namespace webhooks::store
