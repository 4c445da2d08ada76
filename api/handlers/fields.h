#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "common/json/object_reader.h"

namespace webhooks::api {

// Text for people: UTF-8 of at most `longest` characters without control characters (line breaks
// apart). Notes an error of the field and returns false when it is not.
bool check_text(json::ObjectReader& reader, std::string_view field, const std::string& text,
                std::size_t longest);

// What If-Match asks for (RFC 9110 §13.1.1): nothing, or one of some versions. Weak and foreign
// tags match no version.
class Precondition {
 public:
  explicit Precondition(const http::Request& request);
  bool holds(std::int64_t version) const;

 private:
  std::optional<std::vector<std::int64_t>> versions_;  // nullopt: any
};

std::string etag(std::int64_t version);

// 412; tells the ETag of what is there.
http::Reply stale(std::int64_t current);

}  // namespace webhooks::api
