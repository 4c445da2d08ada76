#include "api/portal/portal.h"

#include <algorithm>
#include <array>
#include <utility>
#include <zlib.h>

#include "api/wire/cors.h"
#include "api/wire/problem.h"
#include "common/base/assert.h"
#include "common/base/encoding.h"
#include "common/domain/signature.h"
#include "common/json/writer.h"
#include "portal_files.h"

namespace webhooks::api {
namespace {

constexpr std::string_view kPage = "index.html";
constexpr std::string_view kConfig = "config.json";

// Nothing but this origin's own files runs, and the page talks to nobody else. connect-src 'self'
// is the API.
std::string content_security_policy(const std::vector<std::string>& origins) {
  std::string policy =
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' "
      "data:; "
      "form-action 'none'; base-uri 'none'; frame-ancestors 'self'";
  for (const std::string& origin : origins) policy += ' ' + origin;
  return policy;
}

std::string_view media_type(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kTypes{{
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".json", "application/json"},
  }};
  for (const auto& [ending, type] : kTypes)
    if (name.ends_with(ending)) return type;
  WEBHOOKS_ASSERT(false);
  return "";
}

std::string gzip(std::string_view content) {
  constexpr int kGzipFormat = 15 + 16;
  z_stream stream{};
  const int begun =
      deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kGzipFormat, 9, Z_DEFAULT_STRATEGY);
  WEBHOOKS_ASSERT(begun == Z_OK);
  std::string packed(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int ended = deflate(&stream, Z_FINISH);
  WEBHOOKS_ASSERT(ended == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string config_json(const std::vector<std::string>& origins) {
  json::Writer out;
  out.begin_object().key("portal_origins").begin_array();
  for (const std::string& origin : origins) out.value(origin);
  out.end_array().end_object();
  return out.take();
}

std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

// True when one member of a comma-separated header satisfies `wanted`.
template <class Wanted>
bool any_member(std::string_view list, Wanted wanted) {
  while (true) {
    const auto comma = std::min(list.find(','), list.size());
    if (wanted(trim(list.substr(0, comma)))) return true;
    if (comma == list.size()) return false;
    list.remove_prefix(comma + 1);
  }
}

// RFC 9110 §12.5.3; a weight of zero refuses.
bool takes_gzip(const http::Request& request) {
  return any_member(request.header("Accept-Encoding").value_or(""), [](std::string_view member) {
    const auto semicolon = std::min(member.find(';'), member.size());
    if (trim(member.substr(0, semicolon)) != "gzip") return false;
    const std::string_view weight = trim(member.substr(std::min(semicolon + 1, member.size())));
    return !weight.starts_with("q=0") ||
           weight.find_first_of("123456789") != std::string_view::npos;
  });
}

// RFC 9110 §13.1.2, by weak comparison.
bool has_already(const http::Request& request, std::string_view etag) {
  return any_member(request.header("If-None-Match").value_or(""), [etag](std::string_view member) {
    if (member.starts_with("W/")) member.remove_prefix(2);
    return member == "*" || member == etag;
  });
}

}  // namespace

bool Portal::is_embedding_origin(std::string_view origin) {
  constexpr std::string_view kHost = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]";
  if (origin == "*" || !is_origin(origin)) return false;
  return origin.substr(origin.find("//") + 2).find_first_not_of(kHost) == std::string_view::npos;
}

Portal::File Portal::make_file(std::string name, std::string content) {
  const std::string_view type = media_type(name);
  std::string packed = gzip(content);
  std::string hash = hex_encode(sha256(content)).substr(0, 32);
  return {std::move(name), type, std::move(content), std::move(packed), std::move(hash)};
}

Portal::Portal(const std::vector<std::string>& origins)
    : policy_(content_security_policy(origins)) {
  for (const EmbeddedFile& embedded : kPortalFiles)
    files_.push_back(make_file(std::string(embedded.name), std::string(embedded.content)));
  files_.push_back(make_file(std::string(kConfig), config_json(origins)));
}

http::Reply Portal::page(const Call& call) const {
  const File* file = find(kPage);
  WEBHOOKS_ASSERT(file != nullptr);
  return show(*file, call.request);
}

http::Reply Portal::file(const Call& call) const {
  const File* file = find(call.ids[0]);
  // The page has one address: under another its relative links would lead nowhere.
  if (file == nullptr || file->name == kPage) return not_found("file");
  return show(*file, call.request);
}

http::Reply Portal::show(const File& file, const http::Request& request) const {
  const bool packed = takes_gzip(request);
  const std::string etag = '"' + file.hash + (packed ? "-gz\"" : "\"");
  http::Reply reply;
  // no-cache: asked for again at every visit, and answered by 304 unless the program is another.
  reply.headers = {{"ETag", etag},
                   {"Cache-Control", "no-cache"},
                   {"Vary", "Accept-Encoding"},
                   {"Content-Security-Policy", policy_},
                   {"X-Content-Type-Options", "nosniff"},
                   {"Referrer-Policy", "no-referrer"},
                   {"Cross-Origin-Opener-Policy", "same-origin"},
                   {"Cross-Origin-Resource-Policy", "same-origin"}};
  if (has_already(request, etag)) {
    reply.status = 304;
    return reply;
  }
  reply.headers.emplace_back("Content-Type", file.type);
  if (packed) reply.headers.emplace_back("Content-Encoding", "gzip");
  reply.body = packed ? file.gzipped : file.content;
  return reply;
}

const Portal::File* Portal::find(std::string_view name) const {
  for (const File& file : files_)
    if (file.name == name) return &file;
  return nullptr;
}

}  // namespace webhooks::api
