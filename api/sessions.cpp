#include "api/sessions.h"

namespace webhooks::api {

Sessions::Lease Sessions::borrow() {
  auto session = idle_.with([](auto& idle) {
    std::unique_ptr<store::Session> last;
    if (!idle.empty()) {
      last = std::move(idle.back());
      idle.pop_back();
    }
    return last;
  });
  if (!session) session = backend_.connect();
  return {*this, std::move(session)};
}

void Sessions::give_back(std::unique_ptr<store::Session> session) {
  idle_.with([&](auto& idle) { idle.push_back(std::move(session)); });
}

}  // namespace webhooks::api
