#pragma once

#include <CLI/App.hpp>

#include "apps/terminal/command.h"

namespace limn::server {

/// Adds `limn serve` to the program; if the user chooses it, it sets `run`.
void add_serve(CLI::App& program, CommandRun& run);

}  // namespace limn::server
