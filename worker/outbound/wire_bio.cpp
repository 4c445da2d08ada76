#include "worker/outbound/wire_bio.h"

#include <cerrno>
#include <memory>

namespace webhooks::worker {
namespace {

WireSocket& socket_of(BIO* bio) { return *static_cast<WireSocket*>(BIO_get_data(bio)); }

int read(BIO* bio, char* out, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t count = socket_of(bio).receive(out, static_cast<std::size_t>(size));
  if (count < 0 && errno == EAGAIN) BIO_set_retry_read(bio);
  if (count == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(count);
}

int write(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const ssize_t count = socket_of(bio).transmit(data, static_cast<std::size_t>(size));
  if (count < 0 && errno == EAGAIN) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

long control(BIO* bio, int command, long, void*) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_EOF:
      return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
    default:
      return 0;
  }
}

BIO_METHOD* make_method() {
  BIO_METHOD* const method =
      BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "wire socket");
  BIO_meth_set_read(method, read);
  BIO_meth_set_write(method, write);
  BIO_meth_set_ctrl(method, control);
  return method;
}

}  // namespace

BIO* make_wire_bio(WireSocket* socket) {
  // A table of functions, made once and never changed.
  static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method(make_method(),
                                                                            BIO_meth_free);
  BIO* const bio = BIO_new(method.get());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, socket);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace webhooks::worker
