#include "worker/config.h"

#include <array>
#include <unistd.h>

#include "common/base/log_options.h"
#include "common/store/backend.h"

namespace webhooks::worker {
namespace {

using namespace std::chrono_literals;

constexpr int kMostSenders = 1024;
constexpr std::size_t kMostAttempts = 50;

options::Option retry_schedule(std::vector<Millis>& target) {
  std::string fallback;
  for (const Millis wait : target)
    fallback += (fallback.empty() ? "" : ",") + format_duration(wait);
  auto apply = [&target](std::span<const std::string> values) -> std::optional<std::string> {
    std::vector<Millis> waits;
    std::string_view rest = values.front();
    for (;;) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const auto wait = parse_duration(rest.substr(0, comma));
      if (!wait) return "must be durations split by commas, such as 0s,5s,5m";
      waits.push_back(*wait);
      if (comma == rest.size()) break;
      rest.remove_prefix(comma + 1);
    }
    if (waits.size() > kMostAttempts) return "must have at most 50 waits";
    target = std::move(waits);
    return std::nullopt;
  };
  return {"retry-schedule",
          options::Kind::value,
          "WAIT,WAIT,…",
          fallback,
          "the wait before each attempt of a delivery; as many attempts as waits",
          false,
          false,
          std::move(apply)};
}

std::optional<options::Address> name_server(const std::string& text) {
  auto address = options::parse_address(text);
  if (!address || address->port == 0 || !parse_ip(address->host)) return std::nullopt;
  return address;
}

}  // namespace

std::optional<std::string> WorkerConfig::validate(const std::string& command) const {
  if (command == "health") {
    if (ops_listen.port == 0) return "--ops-listen: must name a port";
    return std::nullopt;
  }
  try {
    store::open_backend(database);
  } catch (const std::invalid_argument& error) {
    return std::string("--database: ") + error.what();
  }
  return std::nullopt;
}

std::vector<ops::UnsafeSetting> WorkerConfig::unsafe() const {
  auto found = ops::unsafe_targets(allow_http, allow_cidrs);
  if (!ca_file.empty())
    found.push_back({"--ca-file " + ca_file, "its owner can answer for any partner's endpoint"});
  return found;
}

options::Program describe(WorkerConfig& config) {
  using options::address;
  using options::duration;
  using options::flag;
  using options::list;
  using options::number;
  using options::required;
  using options::text;
  options::Command run{"", "Delivers what the outbox holds until it is asked to stop.", {}};
  run.options = {
      required(text("database", "URL", config.database, "the store, as sqlite:PATH")),
      address("ops-listen", config.ops_listen, "where health and metrics are served"),
      text("worker-id", "NAME", config.worker_id,
           "under which deliveries are claimed; must differ between workers and stay the same over "
           "restarts "
           "(default: host name and ops port)"),
      number("senders", config.senders, 1, kMostSenders, "attempts under way at once"),
      duration("attempt-timeout", config.attempt_timeout, 100ms, 5min,
               "hard, from resolving to the last byte"),
      retry_schedule(config.retry_schedule),
      duration("poll", config.poll, 1ms, 1min, "how often to look for new events"),
      duration("drain-timeout", config.drain_timeout, 0ms, 10min,
               "for the attempts under way when asked to stop"),
      flag("allow-http", config.allow_http, "send to http:// too (development only)"),
      list<Cidr>(
          "allow-cidr", "CIDR", config.allow_cidrs,
          [](const std::string& text) { return parse_cidr(text); }, "a network such as 127.0.0.0/8",
          "connect to these addresses although they are not globally routable (development only)"),
      text("ca-file", "FILE", config.ca_file, "an extra trust root in PEM"),
      list<options::Address>(
          "dns-server", "ADDRESS:PORT", config.dns_servers, name_server,
          "an IP address and port such as 10.0.0.2:53",
          "resolve endpoints' names here instead of at the servers of /etc/resolv.conf; the next "
          "one is asked when one is silent"),
      duration("disable-after", config.disable_after, 1s, 24h * 365,
               "of nothing but failed attempts turn a webhook inactive"),
      options::log_level(config.log_level, "the least important lines that are written"),
      options::log_format(config.log_format, "how lines are written"),
  };
  for (auto& option : config.secrets.describe()) run.options.push_back(std::move(option));
  options::Command check{"config check", "Print what the worker would run with, and who said so",
                         run.options};
  check.options.push_back(flag("json", config.json, "print JSON instead of a table"));
  options::Command health{
      "health",
      "Ask the process whether it is ready; --health is the same",
      {address("ops-listen", config.ops_listen, "the ops port of the process that is asked")},
      true};
  return {"webhooks-worker",
          WEBHOOKS_VERSION,
          "Delivers webhook events, signed and with retries.",
          {std::move(run), std::move(check), std::move(health)}};
}

std::string worker_name(const WorkerConfig& config, std::uint16_t ops_port) {
  if (!config.worker_id.empty()) return config.worker_id;
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host = {'w', 'o', 'r', 'k', 'e', 'r'};
  return std::string(host.data()) + ":" + std::to_string(ops_port);
}

}  // namespace webhooks::worker
