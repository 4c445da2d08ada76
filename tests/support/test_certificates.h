#pragma once

#include <memory>
#include <openssl/ssl.h>
#include <string>

#include "common/base/free_with.h"

namespace webhooks::test {

using Key = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, FreeWith<X509_free>>;

struct Identity {
  Key key;
  Certificate certificate;
};

struct IdentityWishes {
  std::string names =
      "DNS:receiver.test,IP:127.0.0.1,IP:::1";  // subjectAltName in OpenSSL's notation
  bool expired = false;
  bool not_yet_valid = false;
  bool self_signed = false;
};

// A certificate authority made for one test run. Its certificate lies in a file that goes with the
// object.
class TestAuthority {
 public:
  TestAuthority();
  ~TestAuthority();
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;

  const std::string& file() const { return file_; }
  Identity issue(const IdentityWishes& wishes = {}) const;

 private:
  Identity self_;
  std::string file_;
};

// The one that the tests of a process share: making keys is slow under sanitizers. Never changed
// once made.
const TestAuthority& authority();

}  // namespace webhooks::test
