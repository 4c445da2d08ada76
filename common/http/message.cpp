#include "common/http/message.h"

#include "common/http/fields.h"

namespace webhooks::http {

std::optional<std::string_view> Request::header(std::string_view name) const {
  return find_field(headers, name);
}

Responder::~Responder() {
  if (target_) target_->deliver(Reply{.status = 500});
}

void Responder::send(Reply reply) && {
  if (const auto target = std::move(target_)) target->deliver(std::move(reply));
}

}  // namespace webhooks::http
