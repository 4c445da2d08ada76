#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "common/base/random.h"

namespace webhooks {

// A type for every id: a DeliveryId can't be passed where a WebhookId is wanted.
template <class Tag>
struct Id {
  std::string value;
  auto operator<=>(const Id&) const = default;
};

// `prefix` + 26 letters and digits from 16 random bytes: nobody can guess or count them.
std::string random_token(std::string_view prefix, Random& random);

}  // namespace webhooks
