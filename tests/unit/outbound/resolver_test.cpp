#include "worker/outbound/resolver.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <future>
#include <sstream>
#include <thread>

#include "tests/support/dns_stub.h"
#include "tests/unit/outbound/harness.h"
#include "worker/outbound/address_cache.h"

using namespace webhooks;
using namespace webhooks::worker;
using namespace webhooks::worker::test;
using webhooks::test::DnsQuestion;
using webhooks::test::DnsReply;
using webhooks::test::DnsStub;

namespace {

// Waits for both families however slow the stub is, unless a test is about one that stays away.
std::shared_ptr<Resolver> resolver_for(const DnsStub& stub, Millis try_timeout = 20s,
                                       Millis resolution_delay = 20s) {
  return make_cares_resolver({.servers = {stub.address()},
                              .try_timeout = try_timeout,
                              .tries = 1,
                              .resolution_delay = resolution_delay});
}

// "127.0.0.1 ::1", or the error's name.
std::string ask(Resolver& resolver, const std::string& host, Millis within = kAmple,
                const AbortSignal* abort = nullptr) {
  const auto result = resolver.resolve(host, Deadline::after(within, abort));
  if (const auto* failure = std::get_if<Failure>(&result))
    return std::string(to_string(failure->error));
  std::string out;
  for (const IpAddress& address : std::get<std::vector<IpAddress>>(result))
    out += (out.empty() ? "" : " ") + format_ip(address);
  return out;
}

DnsReply both(const DnsQuestion& question, std::uint32_t ttl = 0) {
  DnsReply reply;
  reply.ttl = ttl;
  reply.addresses = {question.v6 ? "2001:db8::1" : "192.0.2.1"};
  return reply;
}

}  // namespace

TEST_CASE("both families are asked for and come in turn") {
  DnsStub stub([](const DnsQuestion& question) {
    DnsReply reply;
    if (question.v6) reply.addresses = {"2001:db8::1", "2001:db8::2", "2001:db8::3"};
    if (!question.v6) reply.addresses = {"192.0.2.1"};
    return reply;
  });
  const auto resolver = resolver_for(stub);
  CHECK(ask(*resolver, "dual.example") == "2001:db8::1 192.0.2.1 2001:db8::2 2001:db8::3");
}

TEST_CASE("a name with one family alone resolves") {
  for (const bool v6 : {false, true}) {
    DnsStub stub([=](const DnsQuestion& question) {
      return question.v6 == v6 ? both(question) : DnsReply{};
    });
    const auto resolver = resolver_for(stub);
    CHECK(ask(*resolver, "one.example") == (v6 ? "2001:db8::1" : "192.0.2.1"));
  }
}

TEST_CASE("a name server that never answers for AAAA does not hide the A records") {
  DnsStub stub([](const DnsQuestion& question) {
    return question.v6 ? DnsReply{.silent = true} : both(question);
  });
  const auto resolver = resolver_for(stub, 20s, ResolverConfig{}.resolution_delay);
  CHECK(ask(*resolver, "half.example") == "192.0.2.1");
}

TEST_CASE("what a name server refuses or does not know is dns_failure") {
  for (const int rcode : {1, 2, 3, 4, 5}) {
    DnsStub stub([=](const DnsQuestion&) { return DnsReply{.rcode = rcode}; });
    const auto resolver = resolver_for(stub);
    INFO(rcode);
    CHECK(ask(*resolver, "bad.example") == "dns_failure");
  }
  DnsStub empty([](const DnsQuestion&) { return DnsReply{}; });
  const auto resolver = resolver_for(empty);
  CHECK(ask(*resolver, "empty.example") == "dns_failure");
}

TEST_CASE("a name server that is silent is dns_timeout, by its own tries or by the deadline") {
  DnsStub stub([](const DnsQuestion&) { return DnsReply{.silent = true}; });
  const auto patient = resolver_for(stub);
  CHECK(ask(*patient, "silent.example", kShort) == "dns_timeout");
  const auto hasty = resolver_for(stub, 50ms);
  CHECK(ask(*hasty, "silent.example") == "dns_timeout");
}

TEST_CASE("an answer that is not DNS is not believed") {
  DnsStub stub([](const DnsQuestion&) { return DnsReply{.garbage = true}; });
  const auto resolver = resolver_for(stub, 100ms);
  const std::string result = ask(*resolver, "garbage.example", 1s);
  CHECK((result == "dns_timeout" || result == "dns_failure"));
}

TEST_CASE("an abort ends a query at once") {
  std::promise<void> asked;
  std::atomic<bool> first{true};
  DnsStub stub([&](const DnsQuestion&) {
    if (first.exchange(false)) asked.set_value();
    return DnsReply{.silent = true};
  });
  const auto resolver = resolver_for(stub);
  AbortSignal abort;
  auto result = std::async(std::launch::async,
                           [&] { return ask(*resolver, "slow.example", kAmple, &abort); });
  asked.get_future().wait();
  abort.raise();
  CHECK(result.get() == "internal");
}

TEST_CASE("localhost is loopback and nobody is asked for it") {
  DnsStub stub([](const DnsQuestion& question) { return both(question); });
  const auto resolver = resolver_for(stub);
  CHECK(ask(*resolver, "localhost") == "127.0.0.1 ::1");
  CHECK(ask(*resolver, "receiver.localhost") == "127.0.0.1 ::1");
}

TEST_CASE("the hosts file comes before the name server") {
  DnsStub stub([](const DnsQuestion&) { return DnsReply{.rcode = 3}; });
  const auto resolver = resolver_for(stub);
  std::ifstream hosts("/etc/hosts");
  for (std::string line; std::getline(hosts, line);) {
    std::istringstream words(line);
    std::string address, name;
    words >> address >> name;
    const auto parsed = parse_ip(address);
    if (!parsed || parsed->v6 || name.empty() || name.starts_with("localhost")) continue;
    INFO(line);
    CHECK(ask(*resolver, name).find(address) != std::string::npos);
    break;
  }
}

TEST_CASE("the number of addresses is bounded") {
  DnsStub stub([](const DnsQuestion& question) {
    DnsReply reply;
    for (int i = 1; i <= 10; ++i)  // within the 512 bytes of plain UDP
      reply.addresses.push_back((question.v6 ? "2001:db8::" : "192.0.2.") + std::to_string(i));
    return reply;
  });
  const auto resolver = resolver_for(stub);
  const auto result = resolver->resolve("many.example", Deadline::after(kAmple, nullptr));
  CHECK(std::get<std::vector<IpAddress>>(result).size() == 8);
}

TEST_CASE("an answer is kept for its TTL, and one without is asked for every time") {
  std::atomic<int> asked{0};
  std::atomic<std::uint32_t> ttl{0};
  DnsStub stub([&](const DnsQuestion& question) {
    ++asked;
    return both(question, ttl);
  });
  const auto resolver = resolver_for(stub);
  ask(*resolver, "short.example");
  ask(*resolver, "short.example");
  CHECK(asked == 4);
  ttl = 3600;
  ask(*resolver, "long.example");
  ask(*resolver, "long.example");
  CHECK(asked == 6);
}

TEST_CASE("a failure is not kept") {
  std::atomic<int> asked{0};
  DnsStub stub([&](const DnsQuestion& question) {
    return ++asked <= 2 ? DnsReply{.rcode = 3} : both(question);
  });
  const auto resolver = resolver_for(stub);
  CHECK(ask(*resolver, "late.example") == "dns_failure");
  CHECK(ask(*resolver, "late.example") == "2001:db8::1 192.0.2.1");
}

TEST_CASE("the cache forgets what expired and what is too much") {
  AddressCache cache(2);
  const AddressCache::Instant now{};
  const std::vector<IpAddress> addresses{*parse_ip("192.0.2.1")};
  cache.store("a", addresses, now + 10s);
  cache.store("b", addresses, now + 20s);
  CHECK(cache.find("a", now + 9s).has_value());
  CHECK_FALSE(cache.find("a", now + 10s).has_value());
  cache.store("c", addresses, now + 20s);
  cache.store("d", addresses, now + 20s);
  CHECK_FALSE(cache.find("b", now).has_value());
  CHECK(cache.find("c", now).has_value());
  cache.store("c", addresses, now + 30s);
  CHECK(cache.find("c", now + 25s).has_value());
}

TEST_CASE("many threads resolve at once") {
  DnsStub stub(
      [](const DnsQuestion& question) { return both(question, question.name.size() % 2); });
  const auto resolver = resolver_for(stub);
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 25; ++i)
        if (ask(*resolver, std::string(static_cast<std::size_t>(i % 5 + 1), 'h') + ".example") ==
            "2001:db8::1 192.0.2.1")
          ++good;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 100);
}

TEST_CASE("a name that turns private in DNS is blocked at the next connection") {
  std::atomic<int> asked{0};
  DnsStub stub([&](const DnsQuestion& question) {
    DnsReply reply;
    if (!question.v6) reply.addresses = {++asked == 1 ? "127.0.0.1" : "169.254.169.254"};
    return reply;
  });
  HostileEndpoint endpoint([](Peer& peer) {
    if (!peer.read_request()) return;
    peer.write("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    peer.wait_until_gone();
  });
  const auto sender = make_httplib_sender(
      make_outbound({.resolver = resolver_for(stub), .allowed = {"127.0.0.0/8"}}));
  CHECK(sender->send(request_to(target(endpoint, false))).status_code == 204);
  CHECK(error_of(sender->send(request_to(target(endpoint, false)))) == "blocked_address");
}

TEST_CASE("a slow name server costs half of the attempt and is told apart") {
  DnsStub stub([](const DnsQuestion&) { return DnsReply{.silent = true}; });
  const auto sender = make_httplib_sender(make_outbound({.resolver = resolver_for(stub)}));
  const Outcome outcome = sender->send(request_to(target("http://slow.example/"), kShort));
  CHECK(error_of(outcome) == "dns_timeout");
  CHECK(outcome.duration >= kShort / 2);
}
