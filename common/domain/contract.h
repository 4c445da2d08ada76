#pragma once

#include <string>

#include "common/domain/ids.h"

namespace webhooks {

// An agent contract of a partner: owned by the platform, mirrored here. Webhooks of an inactive one
// are not sent to.
struct Contract {
  ContractId id;
  PartnerId partner;
  std::string name;
  bool active = true;

  friend bool operator==(const Contract&, const Contract&) = default;
};

}  // namespace webhooks
