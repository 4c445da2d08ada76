// A server of trivial routes, for the tests and measurements of api/http from outside. Prints
// "listening PORT".

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>
#include <thread>

#include "api/http/server.h"
#include "tests/support/edge_routes.h"

using namespace webhooks;

namespace {

http::ServerConfig config_of(const std::map<std::string, std::uint64_t>& options) {
  http::ServerConfig config;
  const auto number = [&](const char* name, auto& into) {
    const auto entry = options.find(name);
    if (entry != options.end()) into = std::remove_reference_t<decltype(into)>(entry->second);
  };
  number("port", config.port);
  number("threads", config.io_threads);
  number("body", config.limits.body);
  number("connections", config.limits.connections);
  number("per-address", config.limits.connections_per_address);
  number("header-ms", config.timeouts.header);
  number("idle-ms", config.timeouts.idle);
  number("grace-ms", config.timeouts.grace);
  number("slowest", config.timeouts.slowest);
  number("linger-ms", config.timeouts.linger);
  config.problem_headers = [](std::string_view origin) -> http::Fields {
    if (origin.empty()) return {{"Access-Control-Allow-Origin", "*"}};
    return {{"Access-Control-Allow-Origin", std::string(origin)}, {"Vary", "Origin"}};
  };
  return config;
}

sigset_t block(std::initializer_list<int> signals) {
  sigset_t set{};
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return set;
}

}  // namespace

// edge_server [name=number …]
int main(int argc, char** argv) {
  std::map<std::string, std::uint64_t> options{{"drain-ms", 5000}};
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto equals = argument.find('=');
    options[argument.substr(0, equals)] = std::stoull(argument.substr(equals + 1));
  }
  const sigset_t stop = block({SIGTERM, SIGINT});
  const sigset_t release = block({SIGUSR1});

  support::EdgeRoutes routes;
  http::Server server(config_of(options), [&](http::Request request, http::Responder responder) {
    routes.handle(std::move(request), std::move(responder));
  });
  routes.observe([&] { return server.stats(); });
  std::atomic<bool> over{false};
  std::thread releaser([&] {
    int signal = 0;
    while (sigwait(&release, &signal) == 0 && !over) routes.release();
  });
  server.start();
  std::cout << "listening " << server.port() << std::endl;

  int signal = 0;
  sigwait(&stop, &signal);
  std::cout << "stopping" << std::endl;
  server.stop(std::chrono::milliseconds(options["drain-ms"]));
  over = true;
  pthread_kill(releaser.native_handle(), SIGUSR1);
  releaser.join();
  std::cout << "stopped" << std::endl;
}
