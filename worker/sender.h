#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/base/time.h"
#include "common/domain/outcome.h"
#include "common/domain/target_url.h"

namespace webhooks::worker {

// One POST to make.
struct SendRequest {
  TargetUrl url;
  std::string connection_key;  // connections are reused only between sends of the same key to the
                               // same origin (one key per partner)
  std::vector<std::pair<std::string, std::string>>
      headers;            // without Host, Content-Length and User-Agent
  std::string_view body;  // must outlive the call
  Millis timeout{};       // hard, over resolve + connect + TLS + write + read
};

// Makes one POST and says what came of it; never throws for what an endpoint does. One instance
// serves one thread.
class Sender {
 public:
  virtual ~Sender() = default;
  virtual Outcome send(const SendRequest& request) = 0;
};

}  // namespace webhooks::worker
