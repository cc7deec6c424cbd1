#pragma once

#include <CLI/App.hpp>

#include "apps/terminal/command.h"

namespace limn::server {

/// Adds `limn serve` to the program; the command sets `run` when the user chooses it.
void add_serve(CLI::App& program, CommandRun& run);

}  // namespace limn::server
