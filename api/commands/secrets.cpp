#include "api/commands/command.h"
#include "common/base/log.h"

namespace webhooks::api::commands {

// In small steps, each a short transaction, so that running processes hardly notice. They must know
// both keys meanwhile: a secret may be read under the one and, a moment later, under the other.
int rotate_secrets_key(const Workbench& bench) {
  constexpr std::int64_t kStep = 500;
  constexpr int kSettleTries = 50;
  const auto session = bench.backend.connect();
  auto& secrets = session->secrets();
  std::int64_t resealed = 0;
  for (store::ResealStep step; !step.done;) {
    step = secrets.reseal(step.next, kStep);
    resealed += step.resealed;
  }
  bench.out << resealed << (resealed == 1 ? " secret is" : " secrets are")
            << " encrypted with the new key\n";
  for (int i = 0; i < kSettleTries; ++i)
    if (secrets.settle_log()) return 0;
  bench.err << "the write-ahead log is in use and may hold older copies until it is next emptied\n";
  return 0;
}

}  // namespace webhooks::api::commands
