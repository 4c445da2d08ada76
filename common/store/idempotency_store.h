#pragma once

#include <optional>
#include <string>

#include "common/base/time.h"

namespace webhooks::store {

struct StoredReply {
  std::string fingerprint;  // SHA-256 of what was asked, 32 bytes
  std::string reply;        // serialised by the caller
};

// First answers by Idempotency-Key, kept for limits::kIdempotencyWindow.
class IdempotencyStore {
 public:
  virtual ~IdempotencyStore() = default;
  // `scope`: who asked; keys of different scopes never meet.
  virtual std::optional<StoredReply> find(const std::string& scope, const std::string& key,
                                          Time now) = 0;
  // Replaces one that is past the window; drops some others that are.
  virtual void save(const std::string& scope, const std::string& key, const StoredReply& reply,
                    Time now) = 0;
};

}  // namespace webhooks::store
