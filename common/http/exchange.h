#pragma once

#include <memory>

#include "common/http/serialize.h"

namespace webhooks::http {

class Connection;
struct Core;

// Has the request handled and its one answer, whatever becomes of the handler, brought to
// `connection`. An error without a body gets a problem document. What a handler threw is logged
// with the request's id and never told to the client.
void handle(Core& core, std::shared_ptr<Connection> connection, AnswerContext context,
            Request request);

}  // namespace webhooks::http
