#pragma once

#include <CLI/App.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/names.h"
#include "limn/options.h"
#include "options/choose_method.h"
#include "options/option.h"

/// Groups of command line options that several commands share, and what they mean to the library.

namespace limn::cli {

// ---- what is read from the command line ----------------------------------------------------------------

struct ModelOptions {
  std::string model;
  std::size_t threads = 0;
};

/// One input given on the command line, or a file of them.
struct InputOptions {
  std::optional<std::string> text, pair, question, context, context_file, file;
};

struct OutputOptions {
  std::optional<std::string> format;
  std::optional<std::string> file;
  bool resume = false;
};

/// How much of a text is read, and when no answer is an answer.
struct ReadingOptions {
  std::size_t max_length = 0;
  std::size_t stride = 128;
  std::optional<double> null_threshold;
  bool always_answer = false;
};

void add_options(CLI::App& command, ModelOptions& options);
void add_options(CLI::App& command, InputOptions& options);
/// @param formats those that this command can write, for the help: "terminal, json".
void add_options(CLI::App& command, OutputOptions& options, const std::string& formats);
void add_options(CLI::App& command, ReadingOptions& options);
/// Only --max-length of them.
void add_length_option(CLI::App& command, std::size_t& max_length);
/// --method, --preset, and every option of the table that methods have.
void add_options(CLI::App& command, MethodRequest& request);
/// One more option of the table that goes into the request: --unit.
void add_option(CLI::App& command, const Option& option, MethodRequest& request, const std::string& group);
/// The option's help, values and default.
std::string help_text(const Option& option);

// ---- what it means ---------------------------------------------------------------------------------------

/// Reads the files that were given where an option takes texts: --background.
/// @param chosen from this request; an option that it does not have is left alone
void read_texts(MethodRequest& request, const ChosenMethod& chosen);

PredictOptions predict_options(const ReadingOptions& options);

/// The format asked for; otherwise by the output file's ending; otherwise terminal on a terminal and JSON elsewhere.
/// @throws Error for a format that is not among `possible`.
Format choose_format(const OutputOptions& options, const std::vector<Format>& possible);

/// The options that were given and that change what is computed, as "--name" and value: a run is resumed only with
/// the same ones.
std::vector<std::pair<std::string, std::string>> given_options(const CLI::App& command);

}  // namespace limn::cli
