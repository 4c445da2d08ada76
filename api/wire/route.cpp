#include "api/wire/route.h"

#include "common/base/assert.h"

namespace webhooks::api {

const PartnerId& Call::partner() const {
  WEBHOOKS_ASSERT(principal.partner.has_value());
  return *principal.partner;
}

}  // namespace webhooks::api
