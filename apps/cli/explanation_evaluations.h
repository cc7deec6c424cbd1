#pragma once

#include <CLI/App.hpp>

#include "apps/terminal/command.h"

namespace limn::cli {

// The evaluations of explanations; each adds one command below `limn evaluate`.
void add_faithfulness(CLI::App& evaluate, CommandRun& run);
void add_plausibility(CLI::App& evaluate, CommandRun& run);
void add_sanity(CLI::App& evaluate, CommandRun& run);

}  // namespace limn::cli
