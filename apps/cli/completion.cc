#include "apps/cli/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "limn/error.h"

namespace limn::cli {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
}

/// What may follow the command: its own commands, then its options.
std::vector<std::string> words_after(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* command : commands_of(app)) words.push_back(command->get_name());
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_snames()) words.push_back("-" + name);
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

/// Calls `take` for the program and each command below it, with its path: "", "evaluate", "evaluate squad".
template <class Take>
void each_command(const CLI::App& app, const std::string& path, const Take& take) {
  take(path, app);
  for (const CLI::App* command : commands_of(app))
    each_command(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), take);
}

std::string bash_script(const CLI::App& program) {
  std::string cases, commands;
  each_command(program, "", [&](const std::string& path, const CLI::App& app) {
    cases += fmt::format("    \"{}\") words=\"{}\" ;;\n", path, fmt::join(words_after(app), " "));
    if (!path.empty()) commands += (commands.empty() ? "\"" : " | \"") + path + "\"";
  });
  return fmt::format(
      "# Completion of limn for bash: source <(limn completion bash)\n"
      "_limn() {{\n"
      "  local current=${{COMP_WORDS[COMP_CWORD]}} command= words= i next\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    next=${{command:+$command }}${{COMP_WORDS[i]}}\n"
      "    case $next in {}) command=$next ;; esac\n"
      "  done\n"
      "  case $command in\n{}  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "}}\n"
      "complete -o default -F _limn limn\n",
      commands, cases);
}

/// Text in single quotes.
std::string shell_quoted(const std::string& text) {
  std::string result = "'";
  for (const char letter : text)
    if (letter == '\'')
      result += "'\\''";
    else
      result += letter == '\n' ? ' ' : letter;
  return result + "'";
}

std::string fish_script(const CLI::App& program) {
  std::string script = "# Completion of limn for fish: limn completion fish | source\n";
  each_command(program, "", [&](const std::string& path, const CLI::App& app) {
    std::string condition = "__fish_use_subcommand";
    if (!path.empty()) condition = "__fish_seen_subcommand_from " + path.substr(path.rfind(' ') + 1);
    for (const CLI::App* command : commands_of(app))
      script += fmt::format("complete -c limn -f -n {} -a {} -d {}\n", shell_quoted(condition), command->get_name(),
                            shell_quoted(command->get_description()));
    for (const CLI::Option* option : app.get_options()) {
      std::string names;
      for (const std::string& name : option->get_snames()) names += " -s " + name;
      for (const std::string& name : option->get_lnames()) names += " -l " + name;
      if (names.empty()) continue;
      script += fmt::format("complete -c limn -n {}{}{} -d {}\n", shell_quoted(condition), names,
                            option->get_items_expected_max() > 0 ? " -r" : "", shell_quoted(option->get_description()));
    }
  });
  return script;
}

/// Text of a man page: no line may begin with a control character, and backslashes and dashes are literal.
std::string roff(const std::string& text) {
  std::string result;
  bool at_begin = true;
  for (const char letter : text) {
    if (at_begin && (letter == '.' || letter == '\'')) result += "\\&";
    at_begin = letter == '\n';
    if (letter == '\\')
      result += "\\e";
    else if (letter == '-')
      result += "\\-";
    else
      result += letter;
  }
  return result;
}

std::string man_page(const std::string& path, const CLI::App& app) {
  std::string name = "limn";
  for (const char letter : path.empty() ? "" : "-" + path) name += letter == ' ' ? '-' : letter;
  std::string upper = name;
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  std::string page =
      fmt::format(".TH {} 1 \"\" \"limn {}\" \"limn\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n.B limn{}\n", upper,
                  LIMN_VERSION, roff(name), roff(app.get_description()), path.empty() ? " COMMAND" : " " + roff(path));
  page += "[\\fIoptions\\fR]\n";
  if (const auto commands = commands_of(app); !commands.empty()) {
    page += ".SH COMMANDS\n";
    for (const CLI::App* command : commands)
      page += fmt::format(".TP\n.B {}\n{}\n", roff(command->get_name()), roff(command->get_description()));
  }
  std::string group;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    if (option->get_group() != group) {
      group = option->get_group();
      std::string title = group;
      std::ranges::transform(title, title.begin(),
                             [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
      page += ".SH \"" + roff(title) + "\"\n";
    }
    std::string names;
    for (const std::string& one : option->get_snames()) names += (names.empty() ? "-" : ", -") + one;
    for (const std::string& one : option->get_lnames()) names += (names.empty() ? "--" : ", --") + one;
    if (names.empty()) names = option->get_name();
    page += fmt::format(".TP\n\\fB{}\\fR \\fI{}\\fR\n{}\n", roff(names), roff(option->get_option_text()),
                        roff(option->get_description()));
  }
  if (!app.get_footer().empty()) page += ".SH NOTES\n.nf\n" + roff(app.get_footer()) + "\n.fi\n";
  return page;
}

}  // namespace

std::string completion_script(const CLI::App& program, const std::string& shell) {
  if (shell == "bash") return bash_script(program);
  if (shell == "zsh")  // zsh runs completions that were written for bash
    return "# Completion of limn for zsh: source <(limn completion zsh)\nautoload -U +X bashcompinit && "
           "bashcompinit\n" +
           bash_script(program);
  if (shell == "fish") return fish_script(program);
  throw Error({.thing = "the shell", .found = "'" + shell + "'", .expected = "bash, zsh or fish"});
}

std::map<std::string, std::string> man_pages(const CLI::App& program) {
  std::map<std::string, std::string> pages;
  each_command(program, "", [&](const std::string& path, const CLI::App& app) {
    std::string name = "limn";
    if (!path.empty()) name += "-" + path;
    std::ranges::replace(name, ' ', '-');
    pages[name + ".1"] = man_page(path, app);
  });
  return pages;
}

}  // namespace limn::cli
