#pragma once

namespace webhooks {

// Owns what a C library gave, for std::unique_ptr: `std::unique_ptr<SSL, FreeWith<SSL_free>>`.
template <auto Free>
struct FreeWith {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

}  // namespace webhooks
