#include "common/domain/seal.h"

#include <catch2/catch.hpp>

using namespace webhooks;

TEST_CASE("what is sealed opens only with its key, unchanged") {
  SystemRandom random;
  const std::string key(32, 'k');
  for (const std::string& plain : {std::string(), std::string("hello"), std::string(10'000, 'x')}) {
    std::string sealed = seal(key, plain, random);
    CHECK(unseal(key, sealed) == plain);
    CHECK(sealed != seal(key, plain, random));
    CHECK_FALSE(unseal(std::string(32, 'j'), sealed));
    sealed[sealed.size() / 2] = static_cast<char>(sealed[sealed.size() / 2] ^ 1);
    CHECK_FALSE(unseal(key, sealed));
  }
  CHECK_FALSE(unseal(key, "short"));
  const std::string bound = seal(key, "hello", random, "here");
  CHECK(unseal(key, bound, "here") == "hello");
  CHECK_FALSE(unseal(key, bound, "there"));
  CHECK_FALSE(unseal(key, bound));
}
