#include "api/serving/sessions.h"

namespace webhooks::api {

std::unique_ptr<store::Session> Sessions::take() {
  auto session = idle_.with([](auto& idle) {
    std::unique_ptr<store::Session> last;
    if (!idle.empty()) {
      last = std::move(idle.back());
      idle.pop_back();
    }
    return last;
  });
  return session ? std::move(session) : backend_.connect();
}

void Sessions::give_back(std::unique_ptr<store::Session> session) {
  idle_.with([&](auto& idle) { idle.push_back(std::move(session)); });
}

}  // namespace webhooks::api
