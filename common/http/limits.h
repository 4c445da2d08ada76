#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace webhooks::http {

// Every bound of the edge. Sizes are bytes. Meeting one is a clear answer, then the connection
// closes.
struct Limits {
  std::size_t request_line = 8 * 1024;   // 414; RFC 9112 §3 asks for at least 8,000
  std::size_t head = 16 * 1024;          // 431; request line and headers together
  std::size_t header_count = 100;        // 431
  std::uint64_t body = 8 * 1024 * 1024;  // 413; after de-chunking
  // A request that may have more, as "POST /events", and how much; empty: none may.
  std::string large_body_of{};
  std::uint64_t large_body = 0;

  // Requests sent ahead while one is being answered. More than this is dropped and the connection
  // closes after the answer, as RFC 9112 §9.3.2 lets a server do: Pistache reads always, so there
  // is no holding the sender back.
  std::size_t pipelined = 64 * 1024;

  // Unread output at which a stream's source rests and no further pipelined request is begun.
  std::size_t output_high = 256 * 1024;
  std::size_t output_low = 64 * 1024;

  // Each open connection takes two descriptors; start() raises the process's soft limit to match,
  // and lowers `connections` if the hard limit does not allow it. Above them: 503 and close.
  std::size_t connections = 8192;
  std::size_t connections_per_address =
      1024;  // IPv6: per /64. Behind a proxy set it to `connections`

  std::size_t gzip_from = 1024;  // smaller bodies are not compressed
};

// Every wait of the edge, measured from the moment named.
struct Timeouts {
  using Duration = std::chrono::milliseconds;

  Duration header{10'000};  // first byte of a request → end of its head; 408
  Duration idle{
      75'000};  // last answer (or connecting) → first byte of a request; closed without a word

  // Bodies in, answers out: in every `grace` at least `slowest` bytes a second must move, out as
  // far as the client took them. So a transfer of any length lives as long as it moves; a byte now
  // and then does not keep it, nor does a fast beginning. In: 408; out: cut.
  Duration grace{20'000};
  std::uint64_t slowest = 1024;

  // After an answer that closes: how long the client may take to close its side. Closing at once
  // would reset the connection under an answer that the client has not read yet (RFC 9112 §9.6).
  Duration linger{2'000};
};

}  // namespace webhooks::http
