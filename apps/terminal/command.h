#pragma once

#include <functional>
#include <string>

/// What every command of `limn` has, whichever front end it belongs to.

namespace limn {

/// What the chosen command does after the command line has been read; gives the exit code.
using CommandRun = std::function<int()>;

/// Exit codes and environment variables, for the help.
extern const char* const codes_and_environment;

/// What stands below a command's options. @param examples command lines, one a line, without indentation
std::string command_footer(const std::string& examples);

}  // namespace limn
