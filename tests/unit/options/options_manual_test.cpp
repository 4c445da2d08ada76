#include "common/base/options_manual.h"

#include <catch2/catch.hpp>

#include "common/base/option_values.h"

using namespace webhooks;

namespace {

options::Program program() {
  static std::string text, id, quoted;
  static bool loud = false;
  static std::vector<std::string> ids;
  const std::vector<options::Option> shared{
      options::text("database", "URL", text, ".dots at the start, and a \\ within"),
      options::flag("loud", loud, "louder")};
  auto one = shared, many = shared;
  one.push_back(options::positional(options::text("ID", "KEY", id, "which one")));
  many.push_back(options::choice<std::string>("colour", quoted, {{"red", "r"}, {"blue", "b"}},
                                              "of the \"paint\""));
  return {"prog",
          "1.2",
          "A program",
          {{"serve", "serves", shared}, {"key end", "ends one", one}, {"key list", "lists", many}}};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the manual page has every command and option, those of all commands once") {
  const std::string page = options::manual_page(program());
  CHECK(has(page, ".Dt PROG 8\n"));
  CHECK(has(page, ".Ss \"key end\"\nEnds one.\n"));
  CHECK(has(page, ".It Ar \"ID\"\nWhich one.\n"));
  CHECK(has(page, ".It Fl \\-colour Ar \"red|blue\"\n"));
  const auto first = page.find(".It Fl \\-database");
  REQUIRE(first != std::string::npos);
  CHECK(page.find(".It Fl \\-database", first + 1) == std::string::npos);
}

TEST_CASE("text cannot turn into a request of the manual page") {
  const std::string page = options::manual_page(program());
  CHECK(has(page, "\n\\&.dots at the start, and a \\e within.\n"));
  CHECK_FALSE(has(page, "\n.dots"));
}

TEST_CASE("completion knows commands word by word, flags and choices") {
  const std::string script = options::bash_completion(program());
  CHECK(has(script, "'') words+=' serve' ;;&"));
  CHECK(has(script, "'key') words+=' end' ;;&"));
  CHECK(has(script, "'key') words+=' list' ;;&"));
  CHECK(has(script, "'key end'*)"));
  CHECK(has(script, "--colour) words='red blue' ;;"));
  CHECK(has(script, "complete -F _prog prog"));
}
