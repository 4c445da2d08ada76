#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace webhooks::options {

enum class Kind {
  value,  // --name VALUE
  flag,   // --name, also --name=false
  list    // --name VALUE, repeated; the environment splits at commas, a TOML file has an array
};

// One option of a program: a flag, an environment variable and a key of the configuration file in
// one.
struct Option {
  std::string name;  // as the flag without dashes, e.g. "ops-listen"
  Kind kind = Kind::value;
  std::string metavar;   // what --help calls the value, e.g. "HOST:PORT"
  std::string fallback;  // the default as --help shows it; empty: none
  std::string help;
  bool secret = false;  // its value is never repeated, in an error neither
  bool required = false;
  // Takes the values (exactly one unless a list) into the configuration. Returns why not, or
  // nullopt.
  std::function<std::optional<std::string>(std::span<const std::string>)> apply;
  // Stands on the command line without a flag, after the command's words; never read from
  // elsewhere. Of kind value it is given exactly once, of kind list at least once.
  bool positional = false;
};

struct Command {
  // e.g. "serve" or "key create"; empty: the program itself, when it is given no command
  std::string name;
  std::string help;
  std::vector<Option> options;
  bool also_flag = false;  // "--NAME" as the first argument means it too
};

struct Program {
  std::string name;
  std::string version;
  std::string summary;
  std::vector<Command> commands;
};

// The process is to end at once: with this text on stdout (code 0) or on stderr (code 2, one line).
struct Exit {
  int code = 0;
  std::string text;
};

// Who said what a setting is.
enum class Origin { flag, environment, file, fallback };

// An option as it is in effect.
struct Setting {
  std::string name;
  std::string value;  // as it was said, a list with commas; a secret that is set: "(hidden)"
  Origin origin = Origin::fallback;
  std::string from;  // the flag, the variable, or the file's path; empty for a default
};

using Environment = std::map<std::string, std::string>;

// The environment of this process, as far as it begins with WEBHOOKS_.
Environment environment();

// Reads the command line, the environment and the file that `--config` or WEBHOOKS_CONFIG names,
// and applies each option from the first of these that has it: flag, environment (WEBHOOKS_ + the
// name in capitals, '-' as '_'), file (TOML, the name as key, at the top level). Options that none
// has keep the values they were bound with. Adds --config, --help, --version, --manual and
// --completion itself. Returns the name of the command to run, or the end of the process: an
// unknown flag or key, or a bad value, is one line that says which, where it came from and why. An
// environment variable that no option has is left alone: both programs share one environment.
// `settings`, when given, gets every option of the command as it is in effect.
std::variant<std::string, Exit> resolve(const Program& program,
                                        std::span<const char* const> arguments,
                                        const Environment& environment,
                                        std::vector<Setting>* settings = nullptr);

// The environment variable of an option: "ops-listen" is WEBHOOKS_OPS_LISTEN.
std::string variable(std::string_view option);

}  // namespace webhooks::options
