#pragma once

#include <CLI/App.hpp>
#include <functional>

#include "apps/terminal/exit_code.h"

namespace limn::cli {

/// What the chosen command does after the command line has been read; gives the exit code.
using Run = std::function<int()>;

// Each adds one command to the program; if the user chooses it, it sets `run`.
void add_explain(CLI::App& program, Run& run);
void add_compare(CLI::App& program, Run& run);
void add_attack(CLI::App& program, Run& run);
void add_attention(CLI::App& program, Run& run);
void add_heatmap(CLI::App& program, Run& run);
void add_predict(CLI::App& program, Run& run);
void add_tokenize(CLI::App& program, Run& run);
void add_models(CLI::App& program, Run& run);
void add_evaluate(CLI::App& program, Run& run);
void add_bench(CLI::App& program, Run& run);
void add_show(CLI::App& program, Run& run);
void add_serve(CLI::App& program, Run& run);

}  // namespace limn::cli
