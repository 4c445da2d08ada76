#include "common/http/exchange.h"

#include <atomic>
#include <exception>

#include "common/base/log.h"
#include "common/http/connection.h"
#include "common/http/core.h"
#include "common/http/fields.h"
#include "common/http/problem.h"

namespace webhooks::http {
namespace {

class Exchange final : public Responder::Target {
 public:
  Exchange(const Core& core, std::shared_ptr<Connection> connection, AnswerContext context)
      : core_(core), connection_(std::move(connection)), context_(std::move(context)) {}

  void deliver(Reply reply) noexcept override {
    if (answered_.exchange(true)) return;
    const auto connection = std::move(connection_);
    try {
      connection->answer(context_, completed(std::move(reply)));
    } catch (const std::exception& error) {
      log::error("http.answer_failed", {{"request_id", context_.id}, {"error", error.what()}});
      connection->cut();
    }
  }

 private:
  Reply completed(Reply reply) const {
    if (!is_sendable(reply)) {
      log::error("http.reply_invalid", {{"request_id", context_.id}, {"status", reply.status}});
      reply = Reply{.status = 500};
    }
    if (reply.status < 400 || !reply.body.empty() || reply.stream) return reply;
    Reply filled = problem(reply.status, "", context_.id);
    for (auto& field : reply.headers) {
      if (!same_token(field.first, "content-type")) filled.headers.push_back(std::move(field));
    }
    add_missing(filled.headers, core_.config.problem_headers(context_.origin));
    return filled;
  }

  static void add_missing(Fields& headers, Fields more) {
    for (auto& field : more) {
      if (!find_field(headers, field.first)) headers.push_back(std::move(field));
    }
  }

  const Core& core_;  // held by connection_
  std::shared_ptr<Connection> connection_;
  AnswerContext context_;
  std::atomic<bool> answered_{false};
};

}  // namespace

void handle(Core& core, std::shared_ptr<Connection> connection, AnswerContext context,
            Request request) {
  const std::string id = request.id;
  try {
    core.handler(std::move(request), Responder(std::make_shared<Exchange>(
                                         core, std::move(connection), std::move(context))));
  } catch (const std::exception& error) {
    log::error("http.handler_threw", {{"request_id", id}, {"error", error.what()}});
  } catch (...) {
    log::error("http.handler_threw", {{"request_id", id}});
  }
}

}  // namespace webhooks::http
