#pragma once

#include <CLI/App.hpp>

#include "apps/terminal/command.h"
#include "apps/terminal/exit_code.h"

namespace limn::cli {

using Run = CommandRun;

// Each adds one command to the program; the command sets `run` when the user chooses it.
void add_explain(CLI::App& program, Run& run);
void add_compare(CLI::App& program, Run& run);
void add_attack(CLI::App& program, Run& run);
void add_attention(CLI::App& program, Run& run);
void add_heatmap(CLI::App& program, Run& run);
void add_predict(CLI::App& program, Run& run);
void add_embed(CLI::App& program, Run& run);
void add_similar(CLI::App& program, Run& run);
void add_rerank(CLI::App& program, Run& run);
void add_index(CLI::App& program, Run& run);
void add_search(CLI::App& program, Run& run);
void add_ask(CLI::App& program, Run& run);
void add_tokenize(CLI::App& program, Run& run);
void add_models(CLI::App& program, Run& run);
void add_evaluate(CLI::App& program, Run& run);
void add_bench(CLI::App& program, Run& run);
void add_show(CLI::App& program, Run& run);
void add_summary(CLI::App& program, Run& run);
void add_report(CLI::App& program, Run& run);
void add_calibrate(CLI::App& program, Run& run);
void add_completion(CLI::App& program, Run& run);

}  // namespace limn::cli
