#include "common/base/options_manual.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace webhooks::options {
namespace {

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

// Text that roff must not read anything into: no escape, no request at a line's start, ASCII alone.
std::string roff(std::string_view text) {
  std::string out;
  if (text.starts_with('.') || text.starts_with('\'')) out += "\\&";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("…")) {
      out += "...";
      i += std::string_view("…").size() - 1;
    } else if (text[i] == '\\') {
      out += "\\e";
    } else if (text[i] == '-') {
      out += "\\-";
    } else {
      out += text[i];
    }
  }
  return out;
}

// One argument of a macro.
std::string argument(std::string_view text) {
  std::string out = "\"";
  for (const char c : roff(text)) out += c == '"' ? std::string("\\(dq") : std::string(1, c);
  return out + '"';
}

std::string sentence(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  if (!text.ends_with('.')) text += '.';
  return text;
}

std::string synopsis(const Command& command) {
  std::string out = ".Nm\n";
  if (!command.name.empty()) out += ".Cm " + argument(command.name) + '\n';
  for (const Option& option : command.options)
    if (!option.positional && option.required)
      out += fmt::format(".Fl \\-{} Ar {}\n", roff(option.name), argument(option.metavar));
  out += ".Op Ar option ...\n";
  for (const Option& option : command.options)
    if (option.positional)
      out +=
          fmt::format(".Ar {}{}\n", argument(option.name), option.kind == Kind::list ? " ..." : "");
  return out;
}

std::string item(const Option& option) {
  std::string out =
      option.positional
          ? fmt::format(".It Ar {}\n", argument(option.name))
          : fmt::format(".It Fl \\-{}{}\n", roff(option.name),
                        option.metavar.empty() ? "" : " Ar " + argument(option.metavar));
  out += roff(sentence(option.help)) + '\n';
  if (option.positional) return out;
  if (option.kind == Kind::list) out += "May be given more than once.\n";
  if (option.required) out += "Required.\n";
  if (!option.fallback.empty()) out += "The default is\n.Li " + argument(option.fallback) + " .\n";
  return out;
}

// Options that every command has are described once.
std::set<std::string> shared_names(const Program& program) {
  std::set<std::string> shared;
  for (const Option& option : program.commands.front().options)
    if (std::all_of(program.commands.begin(), program.commands.end(), [&](const Command& command) {
          return std::any_of(command.options.begin(), command.options.end(),
                             [&](const Option& other) { return other.name == option.name; });
        }))
      shared.insert(option.name);
  return shared;
}

std::string completions_of(const Command& command) {
  std::string flags = "--config --help";
  for (const Option& option : command.options)
    if (!option.positional) flags += " --" + option.name;
  return flags;
}

}  // namespace

std::string manual_page(const Program& program) {
  // A fixed date: the page changes with the program, not with the day it was printed.
  std::string out =
      fmt::format(".Dd $Mdocdate$\n.Dt {} 8\n.Os {}\n.Sh NAME\n.Nm {}\n.Nd {}\n.Sh SYNOPSIS\n",
                  upper(program.name), argument(program.name + ' ' + program.version), program.name,
                  roff(program.summary));
  for (const Command& command : program.commands) out += synopsis(command);
  out += ".Sh DESCRIPTION\n";
  out += roff(sentence(program.summary)) + '\n';
  const auto shared = shared_names(program);
  if (program.commands.size() > 1) {
    out += ".Pp\nThe commands are:\n";
    for (const Command& command : program.commands) {
      out += ".Ss " + argument(command.name.empty() ? program.name : command.name) + '\n' +
             roff(sentence(command.help)) + '\n';
      std::string items;
      for (const Option& option : command.options)
        if (!shared.contains(option.name)) items += item(option);
      if (!items.empty()) out += ".Bl -tag -width Ds\n" + items + ".El\n";
    }
    out += ".Ss Options of every command\n";
  } else {
    out += roff(sentence(program.commands.front().help)) + "\n.Pp\nThe options are:\n";
  }
  out += ".Bl -tag -width Ds\n";
  for (const Option& option : program.commands.front().options)
    if (shared.contains(option.name)) out += item(option);
  out +=
      ".It Fl \\-config Ar FILE\nA TOML file with any of these options as keys.\n"
      ".It Fl \\-help\nPrint the options with their defaults.\n"
      ".It Fl \\-version\nPrint the version.\n"
      ".It Fl \\-manual\nPrint this page.\n"
      ".It Fl \\-completion\nPrint a script that completes commands and options in bash.\n.El\n"
      ".Sh ENVIRONMENT\nEvery option is also a variable:\n.Ev WEBHOOKS_\nand its name in capitals, "
      "with\n.Ql _\nfor\n.Ql \\- .\nA flag wins over the environment, the environment over the "
      "file.\n"
      ".Bl -tag -width Ds\n.It Ev WEBHOOKS_CONFIG\nThe file, unless\n.Fl \\-config\nnames "
      "one.\n.El\n"
      ".Sh EXIT STATUS\n0 when all went well, 1 when it did not, 2 when the command line or a "
      "setting "
      "is wrong.";
  return out;
}

std::string bash_completion(const Program& program) {
  std::string function = "_" + program.name;
  std::replace(function.begin(), function.end(), '-', '_');
  std::string words, flags, values;
  std::set<std::string> prefixes;
  std::set<std::string> choices;
  for (const Command& command : program.commands) {
    std::string path;
    for (std::size_t at = 0; at < command.name.size();) {
      const std::size_t space = std::min(command.name.find(' ', at), command.name.size());
      const std::string word = command.name.substr(at, space - at);
      if (prefixes.insert(path + ' ' + word).second)
        words += fmt::format("    '{}') words+=' {}' ;;&\n", path, word);
      path += (path.empty() ? "" : " ") + word;
      at = space + 1;
    }
    const bool takes_more = std::any_of(command.options.begin(), command.options.end(),
                                        [](const Option& option) { return option.positional; });
    flags += fmt::format("    '{}'{}) words+=' {}' ;;\n", command.name, takes_more ? "*" : "",
                         completions_of(command));
    for (const Option& option : command.options) {
      if (option.positional || !choices.insert(option.name).second) continue;
      if (option.metavar.find('|') != std::string::npos) {
        std::string list = option.metavar;
        std::replace(list.begin(), list.end(), '|', ' ');
        values += fmt::format("    --{}) words='{}' ;;\n", option.name, list);
      } else if (option.metavar == "FILE") {
        values += fmt::format("    --{}) COMPREPLY=($(compgen -f -- \"$current\")); return ;;\n",
                              option.name);
      } else if (option.kind != Kind::flag) {
        values += fmt::format("    --{}) return ;;\n", option.name);
      }
    }
  }
  return fmt::format(
      R"(# Completion of {0} for bash. Printed by `{0} --completion`.
{1}() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
  local command='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ ${{COMP_WORDS[i]}} == -* ]] && break
    command+="${{command:+ }}${{COMP_WORDS[i]}}"
  done
  case $before in
    --config) COMPREPLY=($(compgen -f -- "$current")); return ;;
{4}  esac
  if [[ -z $words ]]; then
    case $command in
      '') words='--help --version --manual --completion' ;;&
{2}    esac
    case $command in
{3}    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F {1} {0})",
      program.name, function, words, flags, values);
}

}  // namespace webhooks::options
