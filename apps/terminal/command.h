#pragma once

#include <functional>
#include <string>

/// What all commands of `limn` share, in every front end.

namespace limn {

/// Runs the chosen command after the command line has been parsed; returns the exit code.
using CommandRun = std::function<int()>;

/// Help text about exit codes and environment variables.
extern const char* const codes_and_environment;

/// Returns the text below a command's options. @param examples command lines, one per line, without indentation
std::string command_footer(const std::string& examples);

}  // namespace limn
