#include "common/http/compression.h"

#include <algorithm>
#include <new>
#include <optional>
#include <zlib.h>

#include "common/http/fields.h"

namespace webhooks::http {
namespace {

constexpr int kGzipFormat = 15 + 16;  // zlib: largest window, gzip wrapper
constexpr int kLevel = 1;  // a list of 21 KB: 4.3 KB in 0.06 ms; level 6: 4.0 KB in 0.11 ms

// weight = OWS ";" OWS "q=" qvalue (RFC 9110 §12.4.2); zero in any spelling.
bool is_refused(std::string_view parameters) {
  const auto semicolon = parameters.find(';');
  if (semicolon == std::string_view::npos) return false;
  const auto weight = trim(parameters.substr(semicolon + 1));
  if (weight.size() < 3 || (weight[0] != 'q' && weight[0] != 'Q') || weight[1] != '=') return false;
  return weight.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

std::string_view coding_of(std::string_view element) {
  return trim(element.substr(0, element.find(';')));
}

bool is_text(std::string_view media_type) {
  const auto type = trim(media_type.substr(0, media_type.find(';')));
  return type == "application/json" || type.ends_with("+json") || type.starts_with("text/") ||
         type == "application/yaml";
}

}  // namespace

bool accepts_gzip(const Fields& request_headers) {
  std::optional<bool> named;
  std::optional<bool> any;
  for (const auto& [name, value] : request_headers) {
    if (!same_token(name, "accept-encoding")) continue;
    for_each_element(value, [&](std::string_view element) {
      const auto coding = coding_of(element);
      if (same_token(coding, "gzip") || same_token(coding, "x-gzip")) named = !is_refused(element);
      if (coding == "*") any = !is_refused(element);
    });
  }
  return named.value_or(any.value_or(false));
}

bool is_compressible(const Reply& reply, std::size_t from) {
  if (reply.stream || reply.body.size() < from || reply.status == 206) return false;
  if (find_field(reply.headers, "content-encoding")) return false;
  if (has_token(reply.headers, "cache-control", "no-transform")) return false;
  const auto tag = find_field(reply.headers, "etag");
  if (tag && !tag->starts_with("W/")) return false;
  const auto type = find_field(reply.headers, "content-type");
  return type && is_text(*type);
}

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, kLevel, Z_DEFLATED, kGzipFormat, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc();
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::bad_alloc();
  return out;
}

}  // namespace webhooks::http
