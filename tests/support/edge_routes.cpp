#include "tests/support/edge_routes.h"

#include <stdexcept>

namespace webhooks::support {
namespace {

using http::Reply;
using http::Request;

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append({'\\', c});
    } else if (byte < 0x20) {
      constexpr std::string_view kHex = "0123456789abcdef";
      out.append("\\u00").append({kHex[byte / 16], kHex[byte % 16]});
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string pairs(const http::Fields& fields) {
  std::string out = "[";
  for (const auto& [name, value] : fields) {
    out += (out.size() > 1 ? ",[" : "[") + quoted(name) + ',' + quoted(value) + ']';
  }
  return out + ']';
}

Reply json(std::string body) {
  return Reply{.headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

Reply echo(const Request& request) {
  std::string segments;
  for (const auto& segment : request.segments)
    segments += (segments.empty() ? "" : ",") + quoted(segment);
  return json(R"({"method":)" + quoted(request.method) + R"(,"path":)" + quoted(request.path) +
              R"(,"segments":[)" + segments + R"(],"query":)" + pairs(request.query) +
              R"(,"headers":)" + pairs(request.headers) + R"(,"body_size":)" +
              std::to_string(request.body.size()) + R"(,"body":)" +
              quoted(request.body.substr(0, 4096)) + R"(,"id":)" + quoted(request.id) +
              R"(,"peer":)" + quoted(request.peer) + "}");
}

std::uint64_t number(const Request& request, std::string_view name, std::uint64_t otherwise = 0) {
  for (const auto& [key, value] : request.query) {
    if (key == name) return std::stoull(value);
  }
  return otherwise;
}

std::string word(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.query) {
    if (key == name) return value;
  }
  return {};
}

// Counts the sources alive, so that a test can see that none is forgotten.
struct Alive {
  std::shared_ptr<std::atomic<int>> count;
  explicit Alive(std::shared_ptr<std::atomic<int>> shared) : count(std::move(shared)) { ++*count; }
  Alive(const Alive& other) : Alive(other.count) {}
  ~Alive() { --*count; }
};

// ?bytes=N, &length=N: announce that length, &fail=N: throw after that many bytes, &piece=N
Reply stream(const Request& request, const std::shared_ptr<std::atomic<int>>& sources) {
  Reply reply{.headers = {{"Content-Type", "application/octet-stream"}}};
  if (!word(request, "length").empty()) reply.stream_length = number(request, "length");
  const auto alive = std::make_shared<Alive>(sources);
  reply.stream = [alive, left = number(request, "bytes"), piece = number(request, "piece", 16384),
                  fail = number(request, "fail", ~0ULL), made = std::uint64_t{0}]() mutable {
    if (made >= fail) throw std::runtime_error("secret internals of the source");
    const auto size = std::min(left, piece);
    left -= size;
    made += size;
    return std::string(size, 's');
  };
  return reply;
}

const std::string kSmallJson =
    R"({"id":"wh_01h455vb4pex5vsknk084sn02q","contract_id":"CTR-1001","url":"https://partner.example/hooks","event_types":["flight_delay.status_changed"],"status":"active","delivery_order":"by_subject","version":3})";

}  // namespace

EdgeRoutes::EdgeRoutes() {
  for (int i = 0; i < 2; ++i) {
    threads_.emplace_back([this] {
      for (;;) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return stopped_ || !jobs_.empty(); });
        if (stopped_) return;
        const auto job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
      }
    });
  }
}

EdgeRoutes::~EdgeRoutes() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void EdgeRoutes::later(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
}

void EdgeRoutes::hold(http::Responder responder) {
  const std::lock_guard lock(mutex_);
  held_.push_back(std::move(responder));
}

Reply EdgeRoutes::release() {
  std::vector<http::Responder> held;
  {
    const std::lock_guard lock(mutex_);
    held.swap(held_);
  }
  for (auto& responder : held) std::move(responder).send(json(R"({"held":true})"));
  return json(R"({"released":)" + std::to_string(held.size()) + "}");
}

Reply EdgeRoutes::report() {
  const auto stats = stats_();
  std::size_t held = 0;
  {
    const std::lock_guard lock(mutex_);
    held = held_.size();
  }
  return json(R"({"connections":)" + std::to_string(stats.connections) + R"(,"requests":)" +
              std::to_string(stats.requests_total) + R"(,"in_flight":)" +
              std::to_string(stats.requests_in_flight) + R"(,"refused":)" +
              std::to_string(stats.connections_refused) + R"(,"timeouts":)" +
              std::to_string(stats.timeouts_total) + R"(,"sources":)" + std::to_string(*sources_) +
              R"(,"held":)" + std::to_string(held) + "}");
}

void EdgeRoutes::handle(Request request, http::Responder responder) {
  const std::string route = request.segments.empty() ? "" : request.segments.front();
  if (route == "json") return std::move(responder).send(json(kSmallJson));
  if (route == "echo") return std::move(responder).send(echo(request));
  if (route == "stats") return std::move(responder).send(report());
  if (route == "sync") return std::move(responder).send(json(quoted(word(request, "id"))));
  if (route == "async") {
    // std::function must be copyable, a Responder is not.
    auto shared = std::make_shared<http::Responder>(std::move(responder));
    return later([shared, id = word(request, "id")] { std::move(*shared).send(json(quoted(id))); });
  }
  if (route == "hold") return hold(std::move(responder));
  if (route == "release") return std::move(responder).send(release());
  if (route == "big") {
    return std::move(responder).send(
        Reply{.headers = {{"Content-Type", "application/octet-stream"}},
              .body = std::string(number(request, "bytes"), 'b')});
  }
  if (route == "list") {
    std::string body = "[";
    while (body.size() < number(request, "bytes", 20000)) body += kSmallJson + ",";
    Reply reply = json(body + "null]");
    if (!word(request, "etag").empty()) reply.headers.emplace_back("ETag", word(request, "etag"));
    return std::move(responder).send(std::move(reply));
  }
  if (route == "stream") return std::move(responder).send(stream(request, sources_));
  if (route == "status") {
    return std::move(responder).send(
        Reply{.status = std::stoi(request.segments.at(1)), .body = word(request, "body")});
  }
  if (route == "header") {
    return std::move(responder).send(
        Reply{.headers = {{word(request, "name"), word(request, "value")}}});
  }
  if (route == "throw") throw std::runtime_error("secret internals of the handler");
  if (route == "throw-int") throw 42;
  if (route == "forget") return;
  std::move(responder).send(Reply{.status = 404});
}

}  // namespace webhooks::support
