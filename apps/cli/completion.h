#pragma once

#include <CLI/App.hpp>
#include <map>
#include <string>

namespace limn::cli {

/// Returns a script that completes commands and options, generated from the program's own table of them.
/// @param shell "bash", "zsh" or "fish". @throws Error for any other
std::string completion_script(const CLI::App& program, const std::string& shell);

/// Returns the man pages by file name: limn.1, and limn-COMMAND.1 for each command, from the same texts as --help.
std::map<std::string, std::string> man_pages(const CLI::App& program);

}  // namespace limn::cli
