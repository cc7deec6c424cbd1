#pragma once

#include <CLI/App.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/cli/names.h"
#include "limn/options.h"

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

struct MethodOptions {
  std::optional<std::string> method, preset, explain, reduce, layer, normalize, word_score, baseline, background,
      masking, flavour, order;
  std::optional<std::size_t> steps, max_steps, samples, head, window, features;
  std::optional<double> sigma, tolerance, kernel_width, present;
  bool absolute = false, exact = false;
  std::uint64_t seed = 0;
};

void add_options(CLI::App& command, ModelOptions& options);
void add_options(CLI::App& command, InputOptions& options);
/// @param formats those that this command can write, for the help: "terminal, json".
void add_options(CLI::App& command, OutputOptions& options, const std::string& formats);
void add_options(CLI::App& command, ReadingOptions& options);
/// Only --max-length of them.
void add_length_option(CLI::App& command, std::size_t& max_length);
void add_options(CLI::App& command, MethodOptions& options);

// ---- what it means ---------------------------------------------------------------------------------------

struct NamedMethod {
  std::string_view name;
  Method method;
};
const std::vector<NamedMethod>& methods();
/// "gradient, …"
std::string method_names();
/// @throws Error that lists the methods, and the other names that the command takes, if there is none of that name.
Method find_method(const std::string& name, const std::string& others = {});

/// Whether many inputs go through the model together faster than one by one.
bool is_one_pass(const Method& method);

struct ChosenMethod {
  Method method;
  std::optional<std::string> preset;  ///< nothing if an option changes what the preset says
  std::optional<Unit> unit;           ///< the preset's
  std::optional<WordScore> word_score;
  bool hide_special = true;
};
/// The preset's method (or the default one), changed by every option that was given.
/// @param task of the model, if it is known yet: a preset may serve another one, or do otherwise there
/// @param without if not null: gets the options that this method does not have, which are an Error otherwise.
/// @throws Error for an unknown name or a value that the method cannot have.
ChosenMethod choose_method(const MethodOptions& options, std::optional<Task> task = {},
                           std::vector<std::string>* without = nullptr);
/// The unit that is asked for, or else the preset's, or words. Another one than the preset's takes its name away.
/// @throws Error for an unknown name.
Unit choose_unit(const std::optional<std::string>& given, ChosenMethod& chosen);

PredictOptions predict_options(const ReadingOptions& options);

/// "word", "embeddings" or a number from 1.
Layer find_layer(const std::string& name);

/// The format asked for; otherwise by the output file's ending; otherwise terminal on a terminal and JSON elsewhere.
/// @throws Error for a format that is not among `possible`.
Format choose_format(const OutputOptions& options, const std::vector<Format>& possible);

/// The options that were given and that change what is computed, as "--name" and value: a run is resumed only with
/// the same ones.
std::vector<std::pair<std::string, std::string>> given_options(const CLI::App& command);

}  // namespace limn::cli
