#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "common/base/random.h"
#include "common/base/time.h"

namespace webhooks {

// A type for every id: a DeliveryId can't be passed where a WebhookId is wanted.
template <class Tag>
struct Id {
  std::string value;
  auto operator<=>(const Id&) const = default;
};

// `prefix` + 26 letters and digits from 16 random bytes: nobody can guess or count them.
std::string random_token(std::string_view prefix, Random& random);

// The same look and length, from the time in milliseconds (48 bits) and 10 random bytes: what is
// made later sorts behind, so that rows made together stand together in an index. It tells when it
// was made, still nobody can guess it.
std::string ordered_token(std::string_view prefix, Time now, Random& random);

}  // namespace webhooks
