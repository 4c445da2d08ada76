#include "common/http/connection.h"

#include <algorithm>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <utility>

#include "common/base/ids.h"
#include "common/base/log.h"
#include "common/http/compression.h"
#include "common/http/exchange.h"
#include "common/http/fields.h"
#include "common/http/problem.h"

namespace webhooks::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Steady now() { return std::chrono::steady_clock::now(); }

// Reset by the client, rather than only shut for sending.
bool is_reset(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return ::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
         info.tcpi_state == TCP_CLOSE;
}

// A client's id goes into headers and logs: only what is harmless in both.
bool is_request_id(std::string_view id) {
  return !id.empty() && id.size() <= 128 && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-';
  });
}

}  // namespace

Connection::Connection(std::shared_ptr<Core> core, UniqueFd socket, std::string peer,
                       std::unique_ptr<Admission::Slot> slot)
    : core_(std::move(core)),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      slot_(std::move(slot)),
      // One draw a connection instead of one a request: an id must be unique, not secret.
      id_prefix_(random_token("req_", core_->random) + '-'),
      framer_(core_->config.limits) {}

Connection::~Connection() {
  core_->roster.remove(*this);
  core_->tell_drain();
}

void Connection::open() {
  core_->roster.add(shared_from_this(), *this);
  const Lock lock(mutex_);
  read_deadline_ = now() + core_->config.timeouts.idle;
  publish();
}

void Connection::open_refused() {
  core_->roster.add(shared_from_this(), *this);
  const Lock lock(mutex_);
  refuse({503, "There are too many connections. Try again soon."});
  flush();
  settle();
}

bool Connection::may_read() const {
  return !busy_ && !closing_ && !dead_ && !overrun_ &&
         output_.size() <= core_->config.limits.output_high;
}

void Connection::on_bytes(std::string_view bytes) {
  Lock lock(mutex_);
  if (closing_ || dead_)
    return;  // read and dropped, so that closing does not reset the answer away
  if (!reading_ && backlog_.empty() && may_read()) return proceed(lock, bytes);
  if (overrun_) return;
  if (backlog_.size() + bytes.size() > core_->config.limits.pipelined) {
    overrun_ = true;
    backlog_.clear();
    return settle();
  }
  backlog_.append(bytes);
}

void Connection::on_end() {
  const Lock lock(mutex_);
  ended_ = true;
  if (is_reset(socket_.get())) return end(Ending::quiet);
  settle();
}

void Connection::on_resume() {
  Lock lock(mutex_);
  if (!reading_ && may_read() && !backlog_.empty()) proceed(lock, {});
}

void Connection::on_writable() {
  Lock lock(mutex_);
  watched_ = 0;
  flush();
  if (parked_ && output_.size() <= core_->config.limits.output_low) {
    parked_ = false;
    core_->streams.push(shared_from_this());
  }
  if (!reading_ && may_read() && !backlog_.empty()) return proceed(lock, {});
  settle();
}

void Connection::proceed(Lock& lock, std::string_view input) {
  reading_ = true;
  std::string held;
  for (;;) {
    consume(lock, input);
    // What came meanwhile on the polling thread stands behind what is left of this.
    if (!dead_ && !closing_) backlog_.insert(0, input);
    flush();
    if (backlog_.empty() || !may_read()) break;
    held = std::exchange(backlog_, {});
    input = held;
  }
  reading_ = false;
  settle();
}

void Connection::consume(Lock& lock, std::string_view& input) {
  while (!input.empty() && may_read()) {
    input.remove_prefix(framer_.feed(input));
    switch (framer_.state()) {
      case Framer::State::idle:
      case Framer::State::head:
        break;
      case Framer::State::body:
        if (!continued_ && framer_.expects_continue()) {
          output_.append(std::string(kContinue));
          continued_ = true;
        }
        break;
      case Framer::State::complete:
        dispatch(lock);
        break;
      case Framer::State::refused:
        refuse(framer_.refusal());
        break;
    }
  }
}

void Connection::dispatch(Lock& lock) {
  if (core_->draining) return refuse({503, "The server is stopping. Try again soon."});
  AnswerContext context = make_context();
  context.keep_alive = framer_.keep_alive();
  context.gzip = accepts_gzip(framer_.request().headers);
  Request request = framer_.take();
  request.id = context.id;
  continued_ = false;
  request.peer = peer_;
  busy_ = true;
  phase_ = Phase::handling;
  read_deadline_ = kNever;
  core_->counters.requests.fetch_add(1, std::memory_order_relaxed);
  core_->counters.in_flight.fetch_add(1, std::memory_order_relaxed);

  lock.unlock();
  handle(*core_, shared_from_this(), std::move(context), std::move(request));
  lock.lock();
}

AnswerContext Connection::make_context() {
  const Request& request = framer_.request();
  ++requests_;
  const auto id = request.header("x-request-id");
  return {
      .id = id && is_request_id(*id) ? std::string(*id) : id_prefix_ + std::to_string(requests_),
      .origin = std::string(request.header("origin").value_or("")),
      .http11 = framer_.http11(),
      .is_head = request.method == "HEAD"};
}

void Connection::refuse(const Refusal& refusal) {
  AnswerContext context = make_context();
  context.keep_alive = !refusal.close;
  Reply reply = problem(refusal.status, refusal.detail, context.id);
  for (auto& field : core_->config.problem_headers(context.origin)) {
    reply.headers.push_back(std::move(field));
  }
  if (refusal.status == 503) reply.headers.emplace_back("Retry-After", "1");
  core_->counters.refusals.fetch_add(1, std::memory_order_relaxed);
  framer_.reset();
  continued_ = false;
  enqueue(std::move(context), std::move(reply));
  end_exchange();
}

void Connection::answer(AnswerContext context, Reply reply) {
  negotiate_coding(reply, context.gzip, core_->config.limits.gzip_from);
  const Lock lock(mutex_);
  if (dead_) return;
  enqueue(std::move(context), std::move(reply));
  if (stream_) {
    core_->streams.push(shared_from_this());
  } else {
    end_exchange();
  }
  if (reading_) return;  // that thread goes on when the handler has returned
  flush();
  if (may_read() && !backlog_.empty()) core_->flusher.post(shared_from_this());
  settle();
}

void Connection::enqueue(AnswerContext context, Reply reply) {
  context.keep_alive = context.keep_alive && !overrun_ && !core_->draining;
  auto serialized = serialize(reply, context, core_->date);
  close_after_ = !serialized.keep_alive;
  output_.append(std::move(serialized.head));
  if (serialized.framing == BodyFraming::none) return;
  if (reply.stream) {
    stream_ = Streamed{.source = std::move(reply.stream),
                       .chunked = serialized.framing == BodyFraming::chunked,
                       .left = reply.stream_length};
  } else {
    output_.append(std::move(reply.body));
  }
}

void Connection::end_exchange() {
  if (std::exchange(busy_, false))
    core_->counters.in_flight.fetch_sub(1, std::memory_order_relaxed);
  if (close_after_ || overrun_) {
    closing_ = true;
    backlog_.clear();
  }
}

void Connection::on_source_wanted() {
  Lock lock(mutex_);
  if (dead_ || !stream_) return;
  Streamed stream = std::move(*stream_);
  stream_.reset();
  for (std::uint64_t made = 0; made < core_->config.limits.output_high;) {
    lock.unlock();
    std::optional<std::string> piece;
    try {
      piece = stream.source();
    } catch (const std::exception& error) {
      log::error("http.stream_failed", {{"peer", peer_}, {"error", error.what()}});
    } catch (...) {
      log::error("http.stream_failed", {{"peer", peer_}});
    }
    const bool over = !piece || piece->empty();
    if (over) stream.source = nullptr;
    lock.lock();
    if (dead_) {
      lock.unlock();  // the source goes without our lock
      return;
    }
    made += piece ? piece->size() : 0;
    if (!piece || !take_piece(stream, std::move(*piece))) return end(Ending::reset);
    if (over) {
      end_exchange();
      flush();
      if (may_read() && !backlog_.empty()) core_->flusher.post(shared_from_this());
      return settle();
    }
    flush();
    if (dead_) return;
    if (output_.size() >= core_->config.limits.output_high) {
      stream_ = std::move(stream);
      parked_ = true;
      return settle();
    }
  }
  stream_ = std::move(stream);
  core_->streams.push(shared_from_this());
  settle();
}

// False: the source breaks the length it promised.
bool Connection::take_piece(Streamed& stream, std::string piece) {
  if (stream.left) {
    if (piece.empty() ? *stream.left > 0 : piece.size() > *stream.left) return false;
    *stream.left -= piece.size();
  }
  output_.append(stream.chunked ? as_chunk(piece) : std::move(piece));
  return true;
}

void Connection::flush() {
  if (dead_ || watched_ != 0 || output_.empty()) return;
  const auto before = output_.size();
  const auto result = output_.write_to(socket_.get());
  written_ += before - output_.size();
  switch (result) {
    case Output::Result::drained:
      write_deadline_ = kNever;
      return;
    case Output::Result::broken:
      return end(Ending::quiet);
    case Output::Result::blocked:
      break;
  }
  if (write_deadline_ == kNever) {
    taken_mark_ = taken_by_client();
    write_deadline_ = now() + core_->config.timeouts.grace;
  }
  watched_ = core_->flusher.watch(shared_from_this(), socket_.get());
  if (watched_ == 0) end(Ending::reset);
}

}  // namespace webhooks::http
