#include "apps/cli/usage.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest_name.h"

namespace limn::cli {
namespace {

/// The names of a command's options, with their dashes.
std::vector<std::string> options_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options())
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// The command that was parsed last, such as `attack hotflip`.
const CLI::App& parsed_command(const CLI::App& program) {
  const CLI::App* command = &program;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

std::string name_of(const CLI::App& command) {
  return command.get_parent() ? name_of(*command.get_parent()) + " " + command.get_name() : command.get_name();
}

}  // namespace

std::vector<std::string> usual_arguments(const CLI::App& program, std::vector<std::string> arguments) {
  if (!arguments.empty() && arguments.front() == "help") {
    arguments.erase(arguments.begin());
    arguments.push_back("--help");
  }
  const CLI::App* command = &program;
  for (std::string& argument : arguments) {
    const auto next = command->get_subcommands([&](const CLI::App* each) { return each->get_name() == argument; });
    if (!next.empty()) command = next.front();
    const std::string name = argument.substr(0, argument.find('='));
    if (!name.starts_with("--") || name.find('_') == name.npos) continue;
    std::string spelled = name;
    std::ranges::replace(spelled, '_', '-');
    const std::vector<std::string> known = options_of(*command);
    if (std::ranges::find(known, spelled) != known.end()) argument.replace(0, name.size(), spelled);
  }
  return arguments;
}

std::string usage_message(const CLI::App& program, const CLI::ParseError& error) {
  const CLI::App& command = parsed_command(program);
  std::string message = error.what();
  for (const std::string& argument : program.remaining(true)) {
    if (!argument.starts_with('-')) continue;
    const std::string name = argument.substr(0, argument.find('='));
    message = fmt::format("no option '{}'; did you mean '{}'?", name, nearest_first(name, options_of(command)).front());
    break;
  }
  return fmt::format("{}\nTry '{} --help'.", message, name_of(command));
}

}  // namespace limn::cli
