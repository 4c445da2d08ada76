#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace webhooks::worker {

// The first bytes of what an endpoint sent, safe to store and to show: well-formed UTF-8 of at most
// `limit` bytes, cut between characters. Controls become spaces, invalid bytes and marks that
// change the direction of text become U+FFFD.
std::string safe_excerpt(std::string_view bytes, std::size_t limit);

// For a log line: printable ASCII, everything else as '?', at most `limit` bytes.
std::string printable_ascii(std::string_view bytes, std::size_t limit);

}  // namespace webhooks::worker
