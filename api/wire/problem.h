#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/http/message.h"
#include "common/json/field_error.h"

namespace webhooks::api {

// An error as every route answers it (RFC 9457, application/problem+json).
struct Problem {
  int status = 500;
  std::string code;                      // stable, for programs: the last part of `type`
  std::string detail;                    // one sentence for people
  std::vector<json::FieldError> errors;  // every bad field at once
  http::Fields headers;
  http::Fields extensions;  // further members with text values (RFC 9457 §3.2)
};

// {"type":"urn:partner-webhooks:problem:CODE","title":…,"status":…,"detail":…,"errors":[…]}.
// `title` is the status' own phrase. The request's id joins it on the way out, see
// api/serving/answer.
http::Reply reply(const Problem& problem);

// 422: the body is well-formed, and these of its fields are not acceptable.
http::Reply invalid_fields(std::vector<json::FieldError> errors);
// 400: these query parameters are unknown or wrong.
http::Reply invalid_query(std::vector<json::FieldError> errors);
// 404, the same for what does not exist and for what is another partner's. `what`: e.g. "webhook".
http::Reply not_found(std::string_view what);
// 409. `code` says what is in the way.
http::Reply conflict(std::string code, std::string detail,
                     std::vector<json::FieldError> errors = {});
// 503 with Retry-After: trying again soon is worth it. Says nothing of the cause.
http::Reply unavailable(std::string detail);
// 500. Says nothing of the cause either.
http::Reply internal_error();

// 200-something with a JSON body.
http::Reply json_reply(int status, std::string body);

}  // namespace webhooks::api
