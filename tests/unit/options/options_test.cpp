#include "common/base/options.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "common/base/option_values.h"

using namespace webhooks;

namespace {

struct Settings {
  std::string database = "default";
  Millis wait = std::chrono::seconds(5);
  bool loud = false;
  std::vector<std::string> names;
  std::string token;
};

// One program with two commands, resolved against given layers.
struct Fixture {
  Settings settings;
  options::Environment environment;
  std::vector<options::Setting> effective;
  std::filesystem::path file = std::filesystem::temp_directory_path() /
                               ("options_test_" + std::to_string(::getpid()) + ".toml");

  ~Fixture() { std::filesystem::remove(file); }

  void write(std::string_view text) { std::ofstream(file) << text; }

  std::variant<std::string, options::Exit> resolve(std::vector<const char*> arguments) {
    using namespace options;
    std::vector<Option> serve{
        text("database", "URL", settings.database, "where"),
        duration("wait", settings.wait, Millis(0), std::chrono::hours(1), "how long"),
        flag("loud", settings.loud, "louder"),
        list<std::string>(
            "name", "NAME", settings.names,
            [](const std::string& value) {
              return value.empty() ? std::nullopt : std::optional(value);
            },
            "a name", "who"),
        secret(choice<std::string>("token", settings.token, {{"good", "good"}}, "a secret")),
    };
    std::vector<Option> make{required(text("database", "URL", settings.database, "where"))};
    const Program program{
        "prog", "1.2", "A program", {{"serve", "serves", serve}, {"key create", "makes", make}}};
    arguments.insert(arguments.begin(), "prog");
    effective.clear();
    return options::resolve(program, arguments, environment, &effective);
  }

  // As "value origin from".
  std::string said(std::string_view name) const {
    for (const auto& one : effective)
      if (one.name == name)
        return one.value + ' ' + std::to_string(static_cast<int>(one.origin)) + ' ' + one.from;
    return "nothing";
  }

  std::string refusal(std::vector<const char*> arguments) {
    const auto done = resolve(std::move(arguments));
    const auto* exit = std::get_if<options::Exit>(&done);
    REQUIRE(exit != nullptr);
    CHECK(exit->code == 2);
    CHECK(exit->text.find('\n') == std::string::npos);
    return exit->text;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "defaults stay where nobody says otherwise") {
  CHECK(std::get<std::string>(resolve({"serve"})) == "serve");
  CHECK(settings.database == "default");
  CHECK_FALSE(settings.loud);
}

TEST_CASE_METHOD(Fixture, "flags win over the environment, and that over the file") {
  write("database = \"file\"\nwait = \"1s\"\nloud = true\nname = [\"a\", \"b\"]\n");
  environment = {
      {"WEBHOOKS_DATABASE", "env"}, {"WEBHOOKS_WAIT", "2s"}, {"WEBHOOKS_CONFIG", file.string()}};
  REQUIRE(std::get<std::string>(resolve({"serve", "--wait", "3s"})) == "serve");
  CHECK(settings.wait == std::chrono::seconds(3));
  CHECK(settings.database == "env");
  CHECK(settings.loud);
  CHECK(settings.names == std::vector<std::string>{"a", "b"});
}

TEST_CASE_METHOD(Fixture, "lists come from repeats and from commas") {
  resolve({"serve", "--name", "x", "--name=y"});
  CHECK(settings.names == std::vector<std::string>{"x", "y"});
  environment = {{"WEBHOOKS_NAME", "p,q"}};
  resolve({"serve"});
  CHECK(settings.names == std::vector<std::string>{"p", "q"});
}

TEST_CASE_METHOD(Fixture, "a flag may stand alone or say its value") {
  resolve({"serve", "--loud"});
  CHECK(settings.loud);
  resolve({"serve", "--loud=false"});
  CHECK_FALSE(settings.loud);
}

TEST_CASE_METHOD(Fixture, "two-word commands and required options") {
  CHECK(std::get<std::string>(resolve({"key", "create", "--database", "x"})) == "key create");
  CHECK(refusal({"key", "create"}).find("--database is required") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "what is wrong is named with its place") {
  CHECK(refusal({"serve", "--colour", "red"}).find("--colour") != std::string::npos);
  CHECK(refusal({"dance"}).find("dance") != std::string::npos);
  CHECK(refusal({"serve", "--wait", "soon"}).find("--wait = \"soon\": must be a duration") !=
        std::string::npos);
  CHECK(refusal({"serve", "--database", "a", "--database", "b"}).find("more than once") !=
        std::string::npos);
  environment = {{"WEBHOOKS_WAIT", "soon"}};
  CHECK(refusal({"serve"}).find("WEBHOOKS_WAIT = \"soon\"") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "the file's faults are named with file and line") {
  write("\ncolour = 1\n");
  const std::string path = file.string();
  CHECK(refusal({"serve", "--config", path.c_str()})
            .find(path + ":2: colour: there is no such option") != std::string::npos);
  write("wait = [\"1s\"]\n");
  CHECK(refusal({"serve", "--config", path.c_str()}).find("must be a single value") !=
        std::string::npos);
  write("wait = \n");
  CHECK(refusal({"serve", "--config", path.c_str()}).find(path + ":1") != std::string::npos);
  CHECK_FALSE(refusal({"serve", "--config", "/nonexistent/x.toml"}).empty());
}

TEST_CASE_METHOD(Fixture, "a secret is never repeated") {
  const auto text = refusal({"serve", "--token", "hunter2"});
  CHECK(text.find("hunter2") == std::string::npos);
  CHECK(text.find("--token") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "every setting is told with who said it") {
  write("loud = true\n");
  const std::string path = file.string();
  environment = {{"WEBHOOKS_NAME", "p,q"}, {"WEBHOOKS_TOKEN", "good"}};
  resolve({"serve", "--config", path.c_str(), "--wait", "90s"});
  CHECK(said("wait") == "90s 0 --wait");
  CHECK(said("name") == "p,q 1 WEBHOOKS_NAME");
  CHECK(said("loud") == "true 2 " + path);
  CHECK(said("database") == "default 3 ");
  CHECK(said("token") == "(hidden) 1 WEBHOOKS_TOKEN");
  CHECK(effective.size() == 5);
}

namespace {

std::variant<std::string, options::Exit> resolve_daemon(std::vector<const char*> arguments) {
  using namespace options;
  std::string database, other;
  const Program program{"prog",
                        "1.2",
                        "A program",
                        {{"", "runs", {text("database", "URL", database, "where")}},
                         {"config check", "checks", {text("database", "URL", other, "where")}},
                         {"health", "asks", {}, true}}};
  arguments.insert(arguments.begin(), "prog");
  return options::resolve(program, arguments, {});
}

}  // namespace

TEST_CASE("a program that runs without a command may have others") {
  CHECK(std::get<std::string>(resolve_daemon({})).empty());
  CHECK(std::get<std::string>(resolve_daemon({"--database", "x"})).empty());
  CHECK(std::get<std::string>(resolve_daemon({"config", "check"})) == "config check");
  CHECK(std::get<std::string>(resolve_daemon({"config", "check", "--database", "x"})) ==
        "config check");
  CHECK(std::get<std::string>(resolve_daemon({"health"})) == "health");
  CHECK(std::get<std::string>(resolve_daemon({"--health"})) == "health");
  CHECK(std::get<options::Exit>(resolve_daemon({"config"})).code == 2);
  CHECK(std::get<options::Exit>(resolve_daemon({"dance"})).code == 2);
}

TEST_CASE("a flag before the command's name would do nothing, so it is refused") {
  const auto exit = std::get<options::Exit>(resolve_daemon({"--database", "x", "config", "check"}));
  CHECK(exit.code == 2);
  CHECK(exit.text.find("--database must follow the command") != std::string::npos);
}

TEST_CASE_METHOD(Fixture, "help shows every option with its default and variable") {
  const auto done = std::get<options::Exit>(resolve({"serve", "--help"}));
  CHECK(done.code == 0);
  for (const char* piece :
       {"--database", "[default]", "[5s]", "WEBHOOKS_WAIT", "--name", "--config"})
    CHECK(done.text.find(piece) != std::string::npos);
  CHECK(std::get<options::Exit>(resolve({"--version"})).text == "prog 1.2");
}
