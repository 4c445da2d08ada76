#include "api/wire/problem.h"

#include "common/http/problem.h"
#include "common/json/writer.h"

namespace webhooks::api {
namespace {

std::string count(std::size_t number, std::string_view what) {
  return std::to_string(number) + ' ' + std::string(what) + (number == 1 ? " is" : "s are");
}

}  // namespace

http::Reply reply(const Problem& problem) {
  json::Writer out;
  out.begin_object()
      .field("type", "urn:partner-webhooks:problem:" + problem.code)
      .field("title", http::reason_phrase(problem.status))
      .field("status", problem.status)
      .field("detail", problem.detail);
  if (!problem.errors.empty()) {
    out.key("errors").begin_array();
    for (const json::FieldError& error : problem.errors)
      out.begin_object()
          .field("field", error.field)
          .field("code", error.code)
          .field("message", error.message)
          .end_object();
    out.end_array();
  }
  for (const auto& [name, value] : problem.extensions) out.field(name, value);
  out.end_object();
  http::Reply answer{problem.status, problem.headers, out.take(), {}, {}};
  answer.headers.emplace_back("Content-Type", "application/problem+json");
  return answer;
}

http::Reply invalid_fields(std::vector<json::FieldError> errors) {
  std::string detail = count(errors.size(), "field") + " invalid.";
  return reply({422, "invalid-fields", std::move(detail), std::move(errors), {}, {}});
}

http::Reply invalid_query(std::vector<json::FieldError> errors) {
  std::string detail = count(errors.size(), "query parameter") + " invalid.";
  return reply({400, "invalid-query", std::move(detail), std::move(errors), {}, {}});
}

http::Reply not_found(std::string_view what) {
  return reply({404, "not-found", "There is no such " + std::string(what) + '.', {}, {}, {}});
}

http::Reply conflict(std::string code, std::string detail, std::vector<json::FieldError> errors) {
  return reply({409, std::move(code), std::move(detail), std::move(errors), {}, {}});
}

http::Reply unavailable(std::string detail) {
  return reply({503, "unavailable", std::move(detail), {}, {{"Retry-After", "1"}}, {}});
}

http::Reply internal_error() {
  return reply({500, "internal", "The service failed to answer this request.", {}, {}, {}});
}

http::Reply json_reply(int status, std::string body) {
  return {status, {{"Content-Type", "application/json"}}, std::move(body), {}, {}};
}

}  // namespace webhooks::api
