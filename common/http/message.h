#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace webhooks::http {

// Header fields or query parameters: names and values in the order they came, repeats kept.
using Fields = std::vector<std::pair<std::string, std::string>>;

// One whole, well-formed request as a handler sees it.
struct Request {
  std::string method;  // as sent, e.g. "GET"; a HEAD stays "HEAD", its answer's body is left out by
                       // the edge
  std::string path;    // percent-decoded UTF-8, begins with '/'; or "*" of "OPTIONS *"
  std::vector<std::string>
      segments;      // the path split at '/' BEFORE decoding: "%2F" stays inside its segment
  Fields query;      // decoded, '+' is a space
  Fields headers;    // names as sent
  std::string body;  // de-chunked
  std::string id;    // X-Request-Id: the client's if it is 1 to 128 of [A-Za-z0-9._-], else made
  std::string peer;  // the client's address without port

  // The first header of that name, compared without case (RFC 9110 §5.1); nullopt when there is
  // none.
  std::optional<std::string_view> header(std::string_view name) const;
};

// Yields the next piece of a long body; an empty piece ends it. Called from one thread at a time,
// never after its end, destroyed on every path (the client's abort included). A throw cuts the
// connection, so that the client sees a broken answer, never a short one that looks whole.
using BodySource = std::function<std::string()>;

// One answer. The edge adds Date, Content-Length or chunked framing, Connection and X-Request-Id,
// and gives an error without a body a problem document (RFC 9457).
struct Reply {
  int status = 200;
  Fields headers{};  // CR, LF and other control characters in a name or value make the edge answer
                     // 500 instead
  std::string body{};
  BodySource stream{};  // when set, sent instead of `body`, with flat memory
  std::optional<std::uint64_t> stream_length{};  // known length → Content-Length, else chunked

  Reply&& with(std::string name, std::string value) && {
    headers.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
};

// The obligation to answer one request: send() once, from any thread. A Responder that dies unsent
// answers 500. If the client has gone, the answer goes nowhere. Cheap to move; not to be shared.
class Responder {
 public:
  class Target {
   public:
    virtual ~Target() = default;
    virtual void deliver(Reply reply) = 0;
  };

  explicit Responder(std::shared_ptr<Target> target) : target_(std::move(target)) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&&) = delete;
  ~Responder();

  void send(Reply reply) &&;

 private:
  std::shared_ptr<Target> target_;
};

// Runs on an I/O thread, so it must not block. A throw is answered with 500 and logged with the
// request's id.
using Handler = std::function<void(Request, Responder)>;

}  // namespace webhooks::http
