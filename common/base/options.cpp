#include "common/base/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>
#include <sstream>
#include <unistd.h>

#include "common/base/options_file.h"
#include "common/base/options_manual.h"

namespace webhooks::options {
namespace {

std::vector<std::string> split_at_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

std::string join(std::span<const std::string> values) {
  std::string out;
  for (const std::string& value : values) out += (out.empty() ? "" : ",") + value;
  return out;
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// A value that says no: which one, where it came from, why.
Exit refused(const Program& program, std::string_view where, const Option& option,
             const std::string& value, const std::string& why) {
  const std::string shown = option.secret ? "(hidden)" : '"' + value + '"';
  return {2, program.name + ": " + std::string(where) + " = " + shown + ": " + why};
}

std::string help_of(const Option& option) {
  std::string help = option.help;
  if (option.positional) return help;
  if (option.required) help += " (required)";
  if (option.kind == Kind::list) help += " (repeatable)";
  if (!option.fallback.empty()) help += " [" + option.fallback + "]";
  return help + " {" + variable(option.name) + '}';
}

// What the command line gave of one option.
struct Given {
  const Option* option = nullptr;
  std::vector<std::string> values;
  CLI::Option* handle = nullptr;
};

// CLI11 reads the command line alone: its own file layer would win over the environment.
struct Line {
  CLI::App app;
  std::vector<std::vector<Given>> given;  // by command
  std::vector<CLI::App*> apps;            // by command
  std::string config;
  bool manual = false;
  bool completion = false;

  explicit Line(const Program& program)
      : app(program.summary, program.name), given(program.commands.size()) {
    app.set_version_flag("--version", program.name + ' ' + program.version);
    app.add_flag("--manual", manual, "Print the manual page and exit");
    app.add_flag("--completion", completion, "Print completion for bash and exit");
    for (std::size_t i = 0; i < program.commands.size(); ++i) {
      const Command& command = program.commands[i];
      CLI::App* owner = &app;
      for (std::istringstream words(command.name); words >> std::ws && !words.eof();) {
        std::string word;
        words >> word;
        const bool runs_alone = owner == &app && program.commands.front().name.empty();
        owner->require_subcommand(runs_alone ? 0 : 1, 1);
        const auto same =
            owner->get_subcommands([&](const CLI::App* sub) { return sub->get_name() == word; });
        owner = same.empty() ? owner->add_subcommand(word, words.eof() ? command.help : "")
                             : same.front();
      }
      apps.push_back(owner);
      given[i].reserve(command.options.size());
      for (const Option& option : command.options) {
        Given& one = given[i].emplace_back(Given{&option, {}, nullptr});
        const std::string flag = (option.positional ? "" : "--") + option.name;
        one.handle = owner->add_option(flag, one.values, help_of(option))
                         ->type_name(option.metavar)
                         ->allow_extra_args(option.positional && option.kind == Kind::list);
        if (option.kind == Kind::flag) one.handle->expected(0, 1);
      }
      owner
          ->add_option("--config", config,
                       "A TOML file with any of these options as keys {WEBHOOKS_CONFIG}")
          ->type_name("FILE");
    }
  }

  std::size_t chosen() const {
    for (std::size_t i = 0; i < apps.size(); ++i)
      if (apps[i] != &app && apps[i]->parsed()) return i;
    return 0;
  }

  // A flag that a command takes, but given before the command's name, where it would do nothing.
  const Option* misplaced() const {
    if (apps[chosen()] == &app) return nullptr;
    for (const auto& options : given)
      for (const Given& one : options)
        if (&options != &given[chosen()] && one.handle->count() > 0) return one.option;
    return nullptr;
  }
};

// CLI11 only says that a command is required, not which word was none.
std::optional<std::string> unknown_command(const Program& program,
                                           std::span<const char* const> arguments) {
  std::string words;
  for (std::size_t i = 1; i < arguments.size() && arguments[i][0] != '-'; ++i) {
    words += (words.empty() ? "" : " ") + std::string(arguments[i]);
    bool begins_one = false;
    for (const Command& command : program.commands) {
      begins_one |= (command.name + ' ').starts_with(words + ' ');
      const bool takes_more = std::any_of(command.options.begin(), command.options.end(),
                                          [](const Option& option) { return option.positional; });
      if (command.name == words && takes_more) return std::nullopt;
    }
    if (!begins_one) return words;
  }
  return std::nullopt;
}

}  // namespace

std::string variable(std::string_view option) {
  std::string out = "WEBHOOKS_";
  for (const char c : option)
    out += c == '-' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return out;
}

Environment environment() {
  Environment found;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto equals = text.find('=');
    if (text.starts_with("WEBHOOKS_") && equals != std::string_view::npos)
      found.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return found;
}

std::variant<std::string, Exit> resolve(const Program& program,
                                        std::span<const char* const> given_arguments,
                                        const Environment& environment,
                                        std::vector<Setting>* settings) {
  Line line(program);
  std::vector<const char*> arguments(given_arguments.begin(), given_arguments.end());
  for (const Command& command : program.commands)
    if (command.also_flag && arguments.size() > 1 && "--" + command.name == arguments[1])
      arguments[1] = command.name.c_str();
  if (const auto word = unknown_command(program, arguments))
    return Exit{
        2, program.name + ": command line: there is no command \"" + *word + "\" (see --help)"};
  try {
    // Asked alone, before a command is required.
    for (const std::string_view argument :
         given_arguments.subspan(std::min<std::size_t>(1, given_arguments.size()))) {
      if (argument == "--manual") return Exit{0, manual_page(program)};
      if (argument == "--completion") return Exit{0, bash_completion(program)};
    }
    line.app.parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const CLI::CallForVersion&) {
    return Exit{0, program.name + ' ' + program.version};
  } catch (const CLI::CallForHelp&) {
    return Exit{0, line.app.help()};
  } catch (const CLI::ParseError& error) {
    return Exit{2, program.name + ": command line: " + one_line(error.what()) + " (see --help)"};
  }

  if (const Option* option = line.misplaced())
    return Exit{2, program.name + ": command line: --" + option->name + " must follow the command"};

  const std::size_t chosen = line.chosen();
  File file;
  const auto config = environment.find("WEBHOOKS_CONFIG");
  const std::string path = !line.config.empty()          ? line.config
                           : config != environment.end() ? config->second
                                                         : "";
  if (!path.empty()) {
    std::set<std::string> known;
    for (const Command& command : program.commands)
      for (const Option& option : command.options)
        if (!option.positional) known.insert(option.name);
    auto read = read_file(path, known);
    if (const auto* error = std::get_if<std::string>(&read))
      return Exit{2, program.name + ": " + *error};
    file = std::move(std::get<File>(read));
  }

  const Option* lacking =
      nullptr;  // told last: a bad value elsewhere is the likelier cause of trouble
  for (Given& given : line.given[chosen]) {
    const Option& option = *given.option;
    std::string where = (option.positional ? "" : "--") + option.name;
    std::vector<std::string> values;
    Setting setting{option.name, option.fallback, Origin::fallback, ""};
    if (given.handle->count() > 0) {
      setting.from = where;
      setting.origin = Origin::flag;
      values = given.values;
      if (option.kind == Kind::flag && (values.empty() || values.front().empty()))
        values = {"true"};
      if (option.kind != Kind::list && values.size() > 1)
        return refused(program, where, option, values.back(), "is given more than once");
    } else if (option.positional) {
      if (option.required && !lacking) lacking = &option;
      continue;
    } else if (const auto set = environment.find(variable(option.name)); set != environment.end()) {
      setting.from = where = set->first;
      setting.origin = Origin::environment;
      values = option.kind == Kind::list ? split_at_commas(set->second) : std::vector{set->second};
    } else if (const auto key = file.find(option.name); key != file.end()) {
      where = path + ": " + option.name;
      setting.from = path;
      setting.origin = Origin::file;
      values = key->second.values;
      if (key->second.array != (option.kind == Kind::list))
        return refused(
            program, where, option, "…",
            option.kind == Kind::list ? "must be an array of strings" : "must be a single value");
    } else {
      if (option.required && !lacking) lacking = &option;
      if (settings) settings->push_back(std::move(setting));
      continue;
    }
    if (const auto why = option.apply(values))
      return refused(program, where, option, join(values), *why);
    if (settings) {
      setting.value = option.secret ? "(hidden)" : join(values);
      settings->push_back(std::move(setting));
    }
  }
  if (lacking && lacking->positional)
    return Exit{2, program.name + ": " + lacking->name + " is required"};
  if (lacking)
    return Exit{2, program.name + ": --" + lacking->name + " is required (or " +
                       variable(lacking->name) + ')'};
  return program.commands[chosen].name;
}

}  // namespace webhooks::options
