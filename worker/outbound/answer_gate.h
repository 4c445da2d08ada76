#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "worker/outbound/answer.h"

namespace webhooks::worker {

// Stands between the wire and the HTTP library: takes bytes as they come, in pieces of any size,
// and lets through one well-formed answer in canonical form. Interim answers, chunk extensions and
// trailers end here. No I/O; one answer an object.
class AnswerGate {
 public:
  explicit AnswerGate(const AnswerLimits& limits) : limits_(limits) {}

  // Appends what `bytes` come to to `out`. After a failure the answer is dead: feed nothing more.
  std::optional<Failure> feed(std::string_view bytes, std::string& out);

  // The peer ended the stream. A failure when a part of the answer is missing.
  std::optional<Failure> finish();

  bool head_done() const { return state_ > State::head; }
  const AnswerHead& head() const { return head_; }

  // The whole answer came, by its own framing or by the end of the stream.
  bool complete() const { return state_ == State::done; }

  // Bytes came after the end of the answer: the connection must not be used again.
  bool surplus() const { return surplus_; }

 private:
  enum class State { head, body, chunk_size, chunk_data, chunk_end, trailer, until_close, done };

  std::optional<Failure> take_head(std::string_view& bytes, std::string& out);
  std::optional<Failure> end_head(std::string& out);
  std::optional<Failure> take_line(std::string_view& bytes, std::size_t limit);
  std::optional<Failure> end_chunk_size(std::string& out);
  std::optional<Failure> end_line(std::string& out);
  void take_data(std::string_view& bytes, std::string& out);

  const AnswerLimits limits_;
  State state_ = State::head;
  AnswerHead head_;
  std::string line_;  // the head so far, or a line of the chunked coding
  bool line_done_ = false;
  std::size_t line_start_ = 0;   // in the head
  std::size_t status_line_ = 0;  // bytes of it so far
  std::size_t head_bytes_ = 0;   // interim answers included
  std::size_t trailer_bytes_ = 0;
  int interim_ = 0;
  std::uint64_t left_ = 0;  // of the body or the chunk
  bool surplus_ = false;
};

}  // namespace webhooks::worker
