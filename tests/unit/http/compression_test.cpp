#include "api/http/compression.h"

#include <catch2/catch.hpp>
#include <zlib.h>

using namespace webhooks::http;

namespace {

std::string gunzip(const std::string& bytes) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

bool accepts(std::string value) { return accepts_gzip({{"Accept-Encoding", std::move(value)}}); }

Reply json_of(std::size_t size, Fields more = {}) {
  Reply reply{.headers = {{"content-type", "application/json; charset=utf-8"}},
              .body = std::string(size, 'x')};
  reply.headers.insert(reply.headers.end(), more.begin(), more.end());
  return reply;
}

}  // namespace

TEST_CASE("gzip is taken only when it is accepted") {
  for (const auto* value :
       {"gzip", "GZip", "a, gzip;q=0.001", "*", "x-gzip", "gzip;q=1.0, *;q=0"}) {
    INFO(value);
    CHECK(accepts(value));
  }
  for (const auto* value :
       {"", "identity", "gzip;q=0", "gzip ; q=0.0", "*;q=0", "gzip;q=0, *", "gzipp", "br"}) {
    INFO(value);
    CHECK_FALSE(accepts(value));
  }
  CHECK_FALSE(accepts_gzip({}));
  CHECK(accepts_gzip({{"accept-encoding", "br"}, {"ACCEPT-ENCODING", "gzip"}}));
}

TEST_CASE("what may be compressed") {
  CHECK(is_compressible(json_of(1024), 1024));
  CHECK_FALSE(is_compressible(json_of(1023), 1024));
  CHECK_FALSE(is_compressible(json_of(9999, {{"ETag", "\"1\""}}), 1024));
  CHECK(is_compressible(json_of(9999, {{"ETag", "W/\"1\""}}), 1024));
  CHECK_FALSE(is_compressible(json_of(9999, {{"Content-Encoding", "br"}}), 1024));
  CHECK_FALSE(is_compressible(json_of(9999, {{"Cache-Control", "public, no-transform"}}), 1024));
  Reply binary{.headers = {{"Content-Type", "application/zip"}}, .body = std::string(9999, 'x')};
  CHECK_FALSE(is_compressible(binary, 1024));
}

TEST_CASE("compressed bytes come back") {
  for (const std::size_t size : {0, 1, 1000, 100000}) {
    std::string text;
    while (text.size() < size) text += std::to_string(text.size());
    CHECK(gunzip(gzip(text)) == text);
  }
}
