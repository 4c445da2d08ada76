// The only file that knows cpp-httplib's client. It is used as a codec: it writes the request and
// decodes the answer over a Stream of ours. Its sockets, resolver, TLS, time limits, redirects and
// reuse are never reached, since each of them can be turned against the process by an endpoint.
#include <algorithm>
#include <array>
#include <cstring>
#include <httplib.h>

#include "common/domain/limits.h"
#include "worker/outbound/answer_gate.h"
#include "worker/outbound/outbound.h"
#include "worker/outbound/request_check.h"
#include "worker/outbound/safe_text.h"

namespace webhooks::worker {
namespace {

constexpr std::size_t kMaxDetail = 200;
constexpr std::string_view kUserAgent = "partner-webhooks/" WEBHOOKS_VERSION;

// What httplib reads and writes in one exchange: canonical bytes from the gate, within the
// attempt's deadline.
class GuardedStream final : public httplib::Stream {
 public:
  GuardedStream(Connection& connection, const AnswerLimits& limits, const Deadline& deadline)
      : connection_(connection), deadline_(deadline), gate_(limits) {}

  const AnswerGate& gate() const { return gate_; }
  std::optional<Failure>& failure() { return failure_; }
  bool answer_began() const { return answer_began_; }
  bool reusable() const {
    return sent_whole_ && gate_.complete() && !gate_.surplus() && gate_.head().reusable;
  }

  // Head and body are gathered, to leave in one packet and one TLS record.
  ssize_t write(const char* data, std::size_t size) override {
    outgoing_.append(data, size);
    return static_cast<ssize_t>(size);
  }

  ssize_t read(char* out, std::size_t size) override {
    if (size == 0) return 0;
    while (next_ == ready_.size()) {
      if (failure_) return -1;
      if (gate_.complete()) return 0;
      if (!sent_) send();
      if (!failure_) receive();
    }
    const std::size_t count = std::min(size, ready_.size() - next_);
    std::memcpy(out, ready_.data() + next_, count);
    next_ += count;
    return static_cast<ssize_t>(count);
  }

  bool is_readable() const override { return true; }
  bool is_writable() const override { return true; }
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  void send() {
    sent_ = true;
    switch (connection_.write(outgoing_, deadline_)) {
      case Connection::Written::all:
        sent_whole_ = true;
        break;
      case Connection::Written::answer_first:  // e.g. a 413 before the body was read
      case Connection::Written::peer_gone:     // its last words may still be there
        break;
      case Connection::Written::timed_out:
        failure_ = Failure{SendError::timeout, "deadline passed while sending"};
        break;
      case Connection::Written::aborted:
        failure_ = Failure{SendError::internal, "aborted"};
        break;
    }
  }

  void receive() {
    ready_.clear();
    next_ = 0;
    const auto read = connection_.read(buffer_, deadline_);
    if (read.failure) {
      failure_ = read.failure;
    } else if (read.count == 0) {
      failure_ = gate_.finish();
    } else {
      answer_began_ = true;
      failure_ = gate_.feed({buffer_.data(), read.count}, ready_);
    }
  }

  Connection& connection_;
  const Deadline& deadline_;
  AnswerGate gate_;
  std::string outgoing_;
  std::string ready_;  // canonical bytes for httplib, from `next_` on
  std::size_t next_ = 0;
  std::optional<Failure> failure_;
  bool sent_ = false;
  bool sent_whole_ = false;
  bool answer_began_ = false;
  std::array<char, 8 * 1024> buffer_;
};

// httplib's client without its connection handling.
class Codec final : private httplib::ClientImpl {
 public:
  Codec() : ClientImpl("unused.invalid", 1) {
    set_keep_alive(true);
    set_decompress(false);  // a few kilobytes could unfold to gigabytes
    set_url_encode(false);  // what is stored is what is sent
    set_follow_location(false);
  }

  bool exchange(httplib::Stream& stream, httplib::Request& request) {
    httplib::Response response;
    httplib::Error error = httplib::Error::Success;
    return process_request(stream, request, response, false, error);
  }

 private:
  // Never called by process_request; were they, nothing may be connected to.
  bool create_and_connect_socket(Socket&, httplib::Error& error) override {
    error = httplib::Error::Connection;
    return false;
  }
  void shutdown_ssl(Socket&, bool) override {}
};

std::string key_of(const SendRequest& request) {
  const TargetUrl& url = request.url;
  // A host holds no line end, so no two different pairs make one key.
  return (url.tls ? "https://" : "http://") + url.host + ":" + std::to_string(url.port) + "\n" +
         request.connection_key;
}

class HttplibSender final : public Sender {
 public:
  explicit HttplibSender(std::shared_ptr<Outbound> outbound) : outbound_(std::move(outbound)) {}

  Outcome send(const SendRequest& request) override {
    const auto started = Deadline::Clock::now();
    Outcome outcome;
    try {
      if (auto failure = check_request(request)) {
        fail(outcome, *failure);
      } else {
        attempt(request, Deadline(started + request.timeout, &outbound_->abort_signal()), outcome);
      }
    } catch (const std::exception& error) {  // out of memory, or a bug of the library's
      fail(outcome, {SendError::internal, error.what()});
    }
    outcome.duration = std::chrono::duration_cast<Millis>(Deadline::Clock::now() - started);
    return outcome;
  }

 private:
  static void fail(Outcome& outcome, const Failure& failure) {
    outcome.error = failure.error;
    if (!failure.detail.empty()) outcome.detail = printable_ascii(failure.detail, kMaxDetail);
  }

  void attempt(const SendRequest& request, const Deadline& deadline, Outcome& outcome) {
    const std::string key = key_of(request);
    if (deadline.aborted()) return fail(outcome, {SendError::internal, "aborted"});
    bool resend = false;
    if (auto idle = outbound_->pool().take(key);
        idle && outbound_->connector().still_permitted(*idle)) {
      outcome.reused_connection = true;
      if (exchange(request, std::move(idle), deadline, outcome)) return;
      outcome = {};
      resend = true;
    }
    auto opened =
        outbound_->connector().open(request.url, key, outbound_->answer_limits().wire, deadline);
    if (const auto* failure = std::get_if<Failure>(&opened)) return fail(outcome, *failure);
    outcome.resent = resend;
    exchange(request, std::move(std::get<std::unique_ptr<Connection>>(opened)), deadline, outcome);
  }

  // False: the connection ended before a byte of an answer, and a new one may be tried. Nearly
  // always its peer had closed it while it was idle. It may have received the request all the same;
  // to ask its kernel (TCP_INFO, bytes acknowledged) tells a crash from that no better, since a
  // peer that closes in order still acknowledges what comes.
  bool exchange(const SendRequest& request, std::unique_ptr<Connection> connection,
                const Deadline& deadline, Outcome& outcome) {
    connection->set_budget(outbound_->answer_limits().wire);
    GuardedStream stream(*connection, outbound_->answer_limits(), deadline);
    std::string excerpt;
    bool cut_short = false;
    httplib::Request message = build(request, excerpt, cut_short);
    const bool decoded = codec_.exchange(stream, message);

    auto& failure = stream.failure();
    if (!failure && !decoded && !cut_short)
      failure = Failure{SendError::malformed_response, "refused by the HTTP decoder"};
    if (failure) {
      connection->poison();
      const bool died_idle = outcome.reused_connection && !stream.answer_began() &&
                             (failure->error == SendError::connection_closed ||
                              failure->error == SendError::tls_handshake);
      if (died_idle) return false;
      fail(outcome, *failure);
    }
    if (stream.gate().head_done()) {
      outcome.status_code = stream.gate().head().status;
      outcome.retry_after = stream.gate().head().retry_after;
      outcome.response_excerpt = safe_excerpt(excerpt, limits::kExcerptBytes);
    }
    if (!failure && !cut_short && stream.reusable()) outbound_->pool().put(std::move(connection));
    return true;
  }

  httplib::Request build(const SendRequest& request, std::string& excerpt, bool& cut_short) const {
    httplib::Request out;
    out.method = "POST";
    out.path = request.url.target;
    out.headers.emplace("Host", request.url.authority());
    out.headers.emplace("User-Agent", kUserAgent);
    for (const auto& [name, value] : request.headers) out.headers.emplace(name, value);
    out.body = request.body;
    out.content_receiver = [&excerpt, &cut_short, limit = outbound_->answer_limits().body,
                            total = std::size_t{0}](const char* data, std::size_t size,
                                                    std::uint64_t, std::uint64_t) mutable {
      excerpt.append(data, std::min(size, limits::kExcerptBytes - excerpt.size()));
      total += size;
      cut_short = total > limit;
      return !cut_short;
    };
    return out;
  }

  std::shared_ptr<Outbound> outbound_;
  Codec codec_;
};

}  // namespace

std::unique_ptr<Sender> make_httplib_sender(std::shared_ptr<Outbound> outbound) {
  return std::make_unique<HttplibSender>(std::move(outbound));
}

}  // namespace webhooks::worker
