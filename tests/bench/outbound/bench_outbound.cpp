// Requests per second of one sender thread against a receiver in this process that reads a request
// and answers 204. Prints one line a case. Usage: bench_outbound [seconds]
#include <cstdio>
#include <cstdlib>

#include "tests/unit/outbound/harness.h"

using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;

namespace {

void measure(const char* name, bool tls, bool keep_alive, std::chrono::seconds span) {
  const std::string answer = keep_alive ? "HTTP/1.1 204 No Content\r\n\r\n"
                                        : "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
  HostileEndpoint endpoint(
      [&](Peer& peer) {
        while (peer.read_request()) {
          peer.write(answer);
          if (!keep_alive) break;
        }
        peer.close();
        peer.wait_until_gone();
      },
      options(tls));
  const auto sender = make_httplib_sender(make_outbound());
  const std::string body(600, 'b');
  const SendRequest request = request_to(target(endpoint, tls), kAmple, body);
  const auto start = std::chrono::steady_clock::now();
  long done = 0;
  long failed = 0;
  auto now = start;
  for (; now - start < span; now = std::chrono::steady_clock::now()) {
    ++done;
    if (!sender->send(request).succeeded()) ++failed;
  }
  const double seconds = std::chrono::duration<double>(now - start).count();
  std::printf("%-28s %8.0f requests/s, %ld failed\n", name, static_cast<double>(done) / seconds,
              failed);
}

}  // namespace

int main(int argc, char** argv) {
  const std::chrono::seconds span(argc > 1 ? std::atoi(argv[1]) : 3);
  measure("plain, keep-alive", false, true, span);
  measure("TLS, keep-alive", true, true, span);
  measure("plain, new connections", false, false, span);
  measure("TLS, resumed connections", true, false, span);
}
