#pragma once

#include <initializer_list>
#include <string_view>
#include <variant>

#include "common/http/message.h"
#include "common/json/rapidjson.h"

namespace webhooks::api {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kMergePatch = "application/merge-patch+json";

// The request's body as JSON, or the answer that refuses it: 415 when its Content-Type is none of
// `types` (a charset other than UTF-8 neither), 400 when it is not JSON.
std::variant<json::Document, http::Reply> read_body(
    const http::Request& request, std::initializer_list<std::string_view> types = {kJson});

// As read_body, but no body at all reads as {}.
std::variant<json::Document, http::Reply> read_optional_body(const http::Request& request);

// True when `accept` (RFC 9110 §12.5.1) admits the media type; an empty one admits all.
bool accepts(std::string_view accept, std::string_view type);

}  // namespace webhooks::api
