#include <cstdlib>

#include "tests/contract/fleet_model.h"

using namespace webhooks::store::test;

namespace {

// Longer runs by hand: WEBHOOKS_MODEL_RUNS=2000 WEBHOOKS_MODEL_SEED=100 contract_store "whatever*"
unsigned setting(const char* name, unsigned fallback) {
  const char* const text = std::getenv(name);
  return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : fallback;
}

// What operators check a database for must hold at any moment.
void check_store(webhooks::store::Backend& backend) {
  for (const auto& violation : backend.check())
    FAIL_CHECK(violation.rule << ": " << violation.what);
}

}  // namespace

TEMPLATE_TEST_CASE("whatever happens in whatever order, the guarantees hold", "",
                   WEBHOOKS_ENGINES) {
  const unsigned first = setting("WEBHOOKS_MODEL_SEED", 1);
  const unsigned runs = setting("WEBHOOKS_MODEL_RUNS", 8);
  for (unsigned seed = first; seed < first + runs; ++seed) {
    INFO("seed " << seed);
    TestType engine;
    FleetModel fleet(engine.backend(), seed);
    for (int step = 0; step < 200; ++step) {
      INFO("step " << step);
      fleet.step();
      if (step % 20 == 0) check_store(engine.backend());
    }
    fleet.finish();
    check_store(engine.backend());
  }
}
