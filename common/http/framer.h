#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "common/http/limits.h"
#include "common/http/message.h"
#include "common/http/refusal.h"

namespace webhooks::http {

// Cuts one connection's bytes into requests, strictly: what two servers could read in two ways is
// refused (RFC 9112 §2.2, §5.1, §6.3, §11.2). One small seam around Boost.Beast's parser, which
// does the decoding. Not thread-safe. Pieces may be split anywhere.
class Framer {
 public:
  enum class State {
    idle,      // nothing of a request has come
    head,      // in the middle of a head
    body,      // the head is read, the body is not whole
    complete,  // take() it
    refused,   // refusal() says why; when it closes, no further byte of this connection means
               // anything
  };

  // `limits` must outlive the framer.
  explicit Framer(const Limits& limits);
  ~Framer();
  Framer(const Framer&) = delete;
  Framer& operator=(const Framer&) = delete;

  // Takes bytes up to the end of the current request and says how many it took: the rest belongs to
  // the next. Call only in idle, head and body. Throws std::bad_alloc only.
  std::size_t feed(std::string_view bytes);

  State state() const { return state_; }
  const Refusal& refusal() const { return refusal_; }

  // What is known so far; headers are there from the state body on, and when refused, if the head
  // could be parsed.
  const Request& request() const;

  // From the state body on:
  bool http11() const;
  bool keep_alive() const;                                // RFC 9112 §9.3
  bool expects_continue() const;                          // and nothing of the body has come
  std::uint64_t body_bytes() const { return raw_body_; }  // on the wire, framing included

  // The complete request (query and path decoded); the framer is idle again.
  Request take();

  // After a refusal that does not close.
  void reset();

 private:
  class Parser;

  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  void parse_head(std::string_view head);
  void refuse(Refusal refusal);

  const Limits& limits_;
  std::unique_ptr<Parser> parser_;
  State state_ = State::idle;
  Refusal refusal_{};
  std::string pending_;  // an unfinished head, or the unfinished line between two chunks
  std::size_t searched_ =
      0;  // of pending_, for the end of the head: keeps byte-by-byte heads linear
  std::uint64_t raw_body_ = 0;
};

}  // namespace webhooks::http
