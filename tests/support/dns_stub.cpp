#include "tests/support/dns_stub.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace webhooks::test {
namespace {

constexpr std::size_t kHeader = 12;

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

// The question's name, and where its type stands.
DnsQuestion parse(std::string_view query, std::size_t& type_at) {
  DnsQuestion out;
  std::size_t at = kHeader;
  while (at < query.size() && query[at] != 0) {
    const auto length = static_cast<unsigned char>(query[at]);
    out.name += (out.name.empty() ? "" : ".") + std::string(query.substr(at + 1, length));
    at += length + 1u;
  }
  type_at = at + 1;
  out.v6 = type_at + 1 < query.size() && query[type_at + 1] == 28;
  return out;
}

std::string answer(std::string_view query, std::size_t type_at, bool v6, const DnsReply& reply) {
  std::string out(query.substr(0, 2));
  put16(out, 0x8180u | static_cast<unsigned>(reply.rcode));
  put16(out, 1);
  put16(out, static_cast<unsigned>(reply.addresses.size()));
  put16(out, 0);
  put16(out, 0);
  out += query.substr(kHeader, type_at + 4 - kHeader);
  for (const std::string& text : reply.addresses) {
    unsigned char bytes[16] = {};
    ::inet_pton(v6 ? AF_INET6 : AF_INET, text.c_str(), bytes);
    put16(out, 0xc000u | kHeader);
    put16(out, v6 ? 28 : 1);
    put16(out, 1);
    put16(out, reply.ttl >> 16);
    put16(out, reply.ttl & 0xffff);
    put16(out, v6 ? 16 : 4);
    out.append(reinterpret_cast<char*>(bytes), v6 ? 16 : 4);
  }
  return out;
}

}  // namespace

DnsStub::DnsStub(Script script) : script_(std::move(script)) {
  fd_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd_, reinterpret_cast<sockaddr*>(&name), sizeof name) != 0)
    throw std::runtime_error("DNS stub: bind");
  socklen_t length = sizeof name;
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &length);
  port_ = ntohs(name.sin_port);
  thread_ = std::thread([this] { serve(); });
}

DnsStub::~DnsStub() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(stop_, &one, sizeof one);
  thread_.join();
  ::close(fd_);
  ::close(stop_);
}

std::string DnsStub::address() const { return "127.0.0.1:" + std::to_string(port_); }

void DnsStub::serve() {
  for (;;) {
    pollfd polls[2] = {{fd_, POLLIN, 0}, {stop_, POLLIN, 0}};
    ::poll(polls, 2, -1);
    if (polls[1].revents != 0) return;
    char query[1500];
    sockaddr_storage from{};
    socklen_t length = sizeof from;
    const auto size =
        ::recvfrom(fd_, query, sizeof query, 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (size < static_cast<ssize_t>(kHeader + 5)) continue;
    const std::string_view bytes(query, static_cast<std::size_t>(size));
    std::size_t type_at = 0;
    const DnsQuestion question = parse(bytes, type_at);
    const DnsReply reply = script_(question);
    if (reply.silent) continue;
    const std::string out = reply.garbage
                                ? std::string(bytes.substr(0, 2)) + std::string(20, '\xff')
                                : answer(bytes, type_at, question.v6, reply);
    ::sendto(fd_, out.data(), out.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
  }
}

}  // namespace webhooks::test
