#include "tests/support/test_certificates.h"

#include <cstdio>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdexcept>
#include <unistd.h>

namespace webhooks::test {
namespace {

constexpr long kDay = 24 * 60 * 60;

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(what);
}

void extend(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  must(extension != nullptr, "certificate extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Identity make(const char* name, long from, long until) {
  Identity out;
  out.key.reset(EVP_EC_gen("P-256"));
  out.certificate.reset(X509_new());
  X509* const certificate = out.certificate.get();
  must(out.key && certificate != nullptr, "certificate");
  static long serial = 0;
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), until);
  X509_set_pubkey(certificate, out.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return out;
}

}  // namespace

TestAuthority::TestAuthority() : self_(make("webhooks test authority", -kDay, kDay)) {
  X509* const certificate = self_.certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  must(X509_sign(certificate, self_.key.get(), EVP_sha256()) != 0, "signature");
  char path[] = "/tmp/webhooks-test-ca-XXXXXX";
  const int fd = ::mkstemp(path);
  must(fd >= 0, "temporary file");
  file_ = path;
  std::FILE* const out = ::fdopen(fd, "w");
  PEM_write_X509(out, certificate);
  std::fclose(out);
}

TestAuthority::~TestAuthority() { ::unlink(file_.c_str()); }

Identity TestAuthority::issue(const IdentityWishes& wishes) const {
  Identity out = make("webhooks test receiver", wishes.not_yet_valid ? kDay : -2 * kDay,
                      wishes.expired ? -kDay : 2 * kDay);
  const Identity& issuer = wishes.self_signed ? out : self_;
  X509* const certificate = out.certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer.certificate.get()));
  extend(certificate, issuer.certificate.get(), NID_subject_alt_name, wishes.names);
  must(X509_sign(certificate, issuer.key.get(), EVP_sha256()) != 0, "signature");
  return out;
}

const TestAuthority& authority() {
  static const TestAuthority shared;
  return shared;
}

}  // namespace webhooks::test
