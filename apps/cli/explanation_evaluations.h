#pragma once

#include <CLI/App.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/options.h"
#include "apps/terminal/command.h"

namespace limn::cli {

/// What every evaluation of explanations is given.
struct EvaluationOptions {
  ModelOptions model;
  std::string data;
  std::size_t limit = 0;       ///< of texts
  MethodRequest method;        ///< --method holds a list of names
  std::size_t max_length = 0;  ///< 0: the model's maximum
  std::optional<std::string> long_text;
};

/// Adds these options but --max-length and --long-text, whose place in the help differs. @param data help of --data.
/// @param limit help of --limit. @param more_methods the names that
/// --method accepts besides those of methods, and what is done by default
void add_options(CLI::App& app, EvaluationOptions& options, const std::string& data, const std::string& limit,
                 const std::string& more_methods);

// The evaluations of explanations; each adds one command below `limn evaluate`.
void add_faithfulness(CLI::App& evaluate, CommandRun& run);
void add_plausibility(CLI::App& evaluate, CommandRun& run);
void add_sanity(CLI::App& evaluate, CommandRun& run);
/// The evaluation of a collection and its answers.
void add_evaluate_ask(CLI::App& evaluate, CommandRun& run);

}  // namespace limn::cli
