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

/// Groups of command line options that several commands share, and their conversion to the library's options.

namespace limn::cli {

// ---- reading the command line ----------------------------------------------------------------------------

struct ModelOptions {
  std::string model;
  std::size_t threads = 0;
};

/// One input on the command line, or a file of inputs.
struct InputOptions {
  std::optional<std::string> text, pair, question, context, context_file, file;
  std::vector<std::string> columns;  ///< "text=review_text": which column or field holds what
};

struct OutputOptions {
  std::optional<std::string> format;
  std::optional<std::string> file;
  bool resume = false;
};

/// How much of a text is read, when "no answer" is the answer, and how words get their labels.
struct ReadingOptions {
  std::size_t max_length = 0;
  std::size_t stride = 128;
  std::optional<double> null_threshold;
  bool always_answer = false;
  std::optional<std::string> aggregation, long_text;
  std::optional<std::string> prompt, pair_prompt;
};

void add_options(CLI::App& command, ModelOptions& options);
void add_options(CLI::App& command, InputOptions& options);
/// @param formats the formats that this command can write, for the help: "terminal, json".
void add_options(CLI::App& command, OutputOptions& options, const std::string& formats);
void add_options(CLI::App& command, ReadingOptions& options);
/// Adds only --column. @return it
CLI::Option* add_column_option(CLI::App& command, std::vector<std::string>& columns, const char* group);
/// Adds only --max-length.
void add_length_option(CLI::App& command, std::size_t& max_length);
/// Adds only --long-text.
void add_long_text_option(CLI::App& command, std::optional<std::string>& long_text);
/// Adds only --prompt.
void add_prompt_option(CLI::App& command, std::optional<std::string>& prompt);
/// Adds only --aggregation.
void add_aggregation_option(CLI::App& command, std::optional<std::string>& aggregation);
/// Adds --top, a number of results. @param description with the default
void add_top_option(CLI::App& command, std::size_t& top, const std::string& description);
/// Adds --whole.
void add_whole_option(CLI::App& command, bool& whole);
/// Adds --table, the form of words in tables. @param usual the default
void add_table_option(CLI::App& command, std::optional<std::string>& table, const std::string& usual);
/// Adds --method, --preset, and the options of all methods in the table.
void add_options(CLI::App& command, MethodRequest& request);
/// Adds another option of the table that belongs to the request, such as --unit.
void add_option(CLI::App& command, const Option& option, MethodRequest& request, const std::string& group);
/// Returns the option's help, values and default.
std::string help_text(const Option& option);

// ---- converting to the library's options -----------------------------------------------------------------

/// Reads the files of options that take texts (--background).
/// @param chosen the method chosen from this request; options that it does not have are ignored
void read_texts(MethodRequest& request, const ChosenMethod& chosen);

/// Splits the names of --method at commas; none if it was not given.
std::vector<std::string> split_names(const std::optional<std::string>& list);

PredictOptions predict_options(const ReadingOptions& options);

/// Returns the requested format; by default the one of the output file's extension, or else terminal on a terminal and
/// JSON elsewhere. @throws Error if the format is not among `possible`.
Format choose_format(const OutputOptions& options, const std::vector<Format>& possible);

/// Returns the given options that affect the results, as "--name" and value: a run can be resumed only with the same
/// ones.
std::vector<std::pair<std::string, std::string>> given_options(const CLI::App& command);

}  // namespace limn::cli
