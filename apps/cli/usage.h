#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

/// What a command line means that is not exactly as the help describes it.

namespace limn::cli {

/// Returns the arguments in the form that the program parses: `help COMMAND` becomes `COMMAND --help`, and options may
/// be spelled with underscores (--max_length). @param arguments without the program's name
std::vector<std::string> usual_arguments(const CLI::App& program, std::vector<std::string> arguments);

/// The message for a command line that cannot be parsed. An unknown option or argument is named before anything else
/// that is missing, with the nearest option. @param error from the parser
std::string usage_message(const CLI::App& program, const CLI::ParseError& error);

}  // namespace limn::cli
