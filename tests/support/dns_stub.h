#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace webhooks::test {

struct DnsQuestion {
  std::string name;
  bool v6 = false;  // AAAA, else A
};

struct DnsReply {
  bool silent = false;   // no answer at all
  bool garbage = false;  // an answer that is not DNS
  int rcode = 0;         // e.g. 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED
  std::uint32_t ttl = 0;
  std::vector<std::string> addresses{};
};

// A name server on a loopback UDP port that answers what its script says, one question at a time.
class DnsStub {
 public:
  using Script = std::function<DnsReply(const DnsQuestion&)>;

  explicit DnsStub(Script script);
  ~DnsStub();
  DnsStub(const DnsStub&) = delete;
  DnsStub& operator=(const DnsStub&) = delete;

  std::string address() const;  // "127.0.0.1:port"

 private:
  void serve();

  Script script_;
  int fd_ = -1;
  int stop_ = -1;  // an eventfd
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace webhooks::test
