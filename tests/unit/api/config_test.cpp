#include "api/config.h"

#include <catch2/catch.hpp>

using namespace webhooks;
using namespace webhooks::api;

namespace {

std::string refusal(std::vector<const char*> arguments) {
  ApiConfig config;
  arguments.insert(arguments.begin(), "webhooks-api");
  const auto read = read_config(config, arguments, {});
  const auto* exit = std::get_if<options::Exit>(&read);
  return exit == nullptr ? "" : exit->text;
}

}  // namespace

TEST_CASE("the configuration is read") {
  ApiConfig config;
  const std::vector<const char*> arguments{"webhooks-api",      "serve",        "--listen",
                                           "[::1]:0",           "--allow-cidr", "127.0.0.0/8",
                                           "--allow-cidr",      "10.0.0.0/8",   "--cors-origin",
                                           "https://a.example", "--max-body",   "64MiB"};
  CHECK(std::get<std::string>(read_config(config, arguments, {})) == "serve");
  CHECK(config.listen.host == "::1");
  CHECK(config.allow_cidr.size() == 2);
  CHECK(config.max_body == std::size_t{64} << 20);
}

TEST_CASE("what cannot be is told in one line that names the option") {
  CHECK(refusal({"serve", "--database", "oracle:x"}).find("--database") != std::string::npos);
  CHECK(refusal({"serve", "--allow-cidr", "127.0.0.0/33"}).find("--allow-cidr") !=
        std::string::npos);
  CHECK(refusal({"serve", "--cors-origin", "x"}).find("--cors-origin") != std::string::npos);
  CHECK(refusal({"serve", "--ops-listen", "127.0.0.1:8080"}).find("--ops-listen") !=
        std::string::npos);
  CHECK(refusal({"key", "create"}).find("--role") != std::string::npos);
  CHECK(refusal({"key", "create", "--role", "partner"}).find("--partner") != std::string::npos);
  CHECK(refusal({"key", "create", "--role", "admin", "--partner", "a"}).find("--partner") !=
        std::string::npos);
  CHECK(refusal({"migrate"}).empty());
}
