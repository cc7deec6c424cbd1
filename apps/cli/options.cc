#include "apps/cli/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "limn/error.h"

namespace limn::cli {
namespace {

CLI::Option* described(CLI::Option* option, const char* group, const char* value) {
  if (value == std::string_view("N")) option->check(CLI::NonNegativeNumber);
  return option->group(group)->option_text(value);
}

std::string preset_names() {
  std::string list;
  std::string_view last;
  for (const auto& known : presets()) {  // those of one name stand side by side
    if (known.name != last) list += (list.empty() ? "" : ", ") + std::string(known.name);
    last = known.name;
  }
  return list;
}

/// The format that a file's ending says.
std::optional<Format> format_of(const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".json" || ending == ".jsonl" || ending == ".ndjson") return Format::json;
  if (ending == ".html" || ending == ".htm") return Format::html;
  if (ending == ".svg") return Format::svg;
  if (ending == ".csv") return Format::csv;
  if (ending == ".txt") return Format::terminal;
  return std::nullopt;
}

}  // namespace

void add_options(CLI::App& command, ModelOptions& options) {
  described(command.add_option("-m,--model", options.model, "checkpoint folder, or a name that 'limn models' lists"),
            "Model", "MODEL")
      ->required();
  described(command.add_option("--threads", options.threads, "processor threads; default: all"), "Model", "N")
      ->check(CLI::Range(0, 1024));
}

void add_options(CLI::App& command, InputOptions& options) {
  const char* group = "Input (one of --text, --question, --input)";
  auto* text = described(command.add_option("--text", options.text, "the text"), group, "TEXT");
  auto* pair =
      described(command.add_option("--pair", options.pair, "a second text, for models that read two"), group, "TEXT");
  auto* question = described(command.add_option("--question", options.question, "the question"), group, "TEXT");
  auto* context =
      described(command.add_option("--context", options.context, "where its answer is looked for"), group, "TEXT");
  auto* context_file = described(
      command.add_option("--context-file", options.context_file, "the same, from a UTF-8 file"), group, "FILE");
  auto* file = described(
      command.add_option("--input", options.file,
                         "many inputs: .jsonl, .csv or .tsv with a header, .txt with one text a line; - reads JSON "
                         "lines from standard input. Fields: text, pair, question, context; all others are copied to "
                         "the output"),
      group, "FILE");
  pair->needs(text);
  context->needs(question)->excludes(context_file);
  context_file->needs(question);
  text->excludes(question)->excludes(file);
  question->excludes(file);
  command.parse_complete_callback([text, question, file] {
    if (text->count() + question->count() + file->count() == 0)
      throw CLI::RequiredError("One of --text, --question and --input");
  });
}

void add_options(CLI::App& command, OutputOptions& options, const std::string& formats_listed) {
  described(command.add_option("--format", options.format,
                               formats_listed +
                                   "; default: by the ending of --output, otherwise terminal on a terminal and json "
                                   "elsewhere (one object a line)"),
            "Output", "FORMAT");
  auto* file = described(command.add_option("-o,--output", options.file,
                                            "write here instead of to standard output; rows of --input collect in "
                                            "FILE.partial until all are done"),
                         "Output", "FILE");
  command
      .add_flag("--resume", options.resume,
                "continue a run of --input that broke off: finished rows are kept, none is repeated")
      ->group("Output")
      ->needs(file);
}

void add_length_option(CLI::App& command, std::size_t& max_length) {
  described(command.add_option("--max-length", max_length,
                               "tokens that are read at once, special ones counted; default: as many as the model can"),
            "Reading", "N");
}

void add_options(CLI::App& command, ReadingOptions& options) {
  const char* group = "Reading";
  add_length_option(command, options.max_length);
  described(command.add_option("--stride", options.stride,
                               "question answering: tokens that two windows of a long context share; default: 128"),
            group, "N");
  described(command.add_option("--null-threshold", options.null_threshold,
                               "question answering: no answer if its score exceeds the best answer's by more; "
                               "default: 0"),
            group, "X");
  command.add_flag("--always-answer", options.always_answer, "question answering: the best answer, even if none wins")
      ->group(group);
}

void add_options(CLI::App& command, MethodOptions& options) {
  const char* group = "Method";
  described(command.add_option("--method", options.method, method_names() + "; default: gradient"), group, "NAME");
  described(command.add_option(
                "--preset", options.preset,
                "the method exactly as another system computes it: " + preset_names() + "; options below override it"),
            group, "NAME");
  described(command.add_option("--explain", options.explain,
                               "the number that is explained: " + scalars.list() + "; default: logit"),
            group, "NAME");
  described(
      command.add_option("--layer", options.layer,
                         "where the gradient is taken: word, embeddings, or the number of a layer; default: word"),
      group, "LAYER");
  described(
      command.add_option("--reduce", options.reduce, "how a token's gradient becomes one score: " + reductions.list()),
      group, "NAME");
  described(command.add_option("--normalize", options.normalize, "what scores are divided by: " + normalizers.list()),
            group, "NAME");
  described(command.add_option("--baseline", options.baseline,
                               "where a path starts: " + baselines.list() + ", or any other text; default: pad"),
            group, "NAME");
  described(command.add_option("--background", options.background,
                               "expected-gradients: texts where paths start, .txt with one a line, or .jsonl, .csv or "
                               ".tsv with a field text; default: padding"),
            group, "FILE");
  described(command.add_option("--steps", options.steps,
                               "exactly N points on the path; default: as many as --tolerance needs"),
            group, "N");
  described(
      command.add_option("--tolerance", options.tolerance,
                         "completeness error that a path may have, as a share of F(x) - F(baseline); default: 0.01"),
      group, "X");
  described(command.add_option("--max-steps", options.max_steps,
                               "points on the path at which --tolerance is given up; default: 1000"),
            group, "N");
  described(command.add_option("--masking", options.masking,
                               "what stands where a unit is taken away: " + maskings.list() + "; default: mask"),
            group, "NAME");
  described(command.add_option("--samples", options.samples, "draws, masks, permutations or evaluations"), group, "N");
  described(command.add_option("--sigma", options.sigma,
                               "smoothgrad: deviation of the noise, as a share of the input's range; default: 0.15"),
            group, "X");
  described(command.add_option("--window", options.window, "occlusion: units that are taken away at once; default: 1"),
            group, "N");
  described(command.add_option("--flavour", options.flavour,
                               "lime: as which package has it, " + flavours.list() + "; default: marcotcr"),
            group, "NAME");
  described(
      command.add_option("--features", options.features, "lime: how many units may have a score; default: 0, all"),
      group, "N");
  described(command.add_option("--kernel-width", options.kernel_width,
                               "lime: how far masks count, in 100 x cosine distance; default: 25"),
            group, "X");
  described(
      command.add_option("--present", options.present, "rise: the probability that a unit is present; default: 0.5"),
      group, "X");
  described(command.add_option("--order", options.order,
                               "sobol: indices of " + sobol_orders.list() + " order; default: total"),
            group, "NAME");
  command.add_flag("--exact", options.exact, "shapley: all coalitions, for up to 12 units")->group(group);
  described(command.add_option("--head", options.head, "attention: one head, from 1; default: the mean of all"), group,
            "N");
  command.add_flag("--absolute", options.absolute, "scores without their signs, for --reduce sum")->group(group);
  described(command.add_option("--word-score", options.word_score,
                               "how a word's tokens make up its score: " + word_scores.list() +
                                   "; default: sum if scores have signs, otherwise absmax"),
            group, "NAME");
  described(command.add_option("--seed", options.seed, "for methods that draw random numbers; default: 0"), group, "N");
}

PredictOptions predict_options(const ReadingOptions& options) {
  return {.null_threshold = options.null_threshold.value_or(0),
          .null_allowed = !options.always_answer,
          .max_length = options.max_length,
          .stride = options.stride};
}

Layer find_layer(const std::string& name) {
  if (name == "word") return Layer::word();
  if (name == "embeddings") return Layer::embeddings();
  int number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size() || number < 1)
    throw Error({.thing = "--layer", .found = "'" + name + "'", .expected = "word, embeddings, or a number from 1"});
  return {number};
}

Format choose_format(const OutputOptions& options, const std::vector<Format>& possible) {
  Format format = !options.file && ::isatty(STDOUT_FILENO) == 1 ? Format::terminal : Format::json;
  if (options.format)
    format = formats.find("--format", *options.format);
  else if (options.file)
    format = format_of(*options.file).value_or(Format::json);
  if (std::find(possible.begin(), possible.end(), format) == possible.end()) {
    std::string found, known;
    for (const auto& [name, value] : formats.entries) {
      if (value == format) found = name;
      if (std::find(possible.begin(), possible.end(), value) != possible.end())
        known += (known.empty() ? "" : ", ") + std::string(name);
    }
    throw Error({.thing = "--format", .found = "'" + found + "'", .expected = known + " for this command"});
  }
  return format;
}

std::vector<std::pair<std::string, std::string>> given_options(const CLI::App& command) {
  constexpr std::array ignored = {"--output", "--resume", "--threads", "--input", "--model", "--help"};
  std::vector<std::pair<std::string, std::string>> given;
  for (const CLI::Option* option : command.get_options()) {
    if (option->count() == 0 || option->get_lnames().empty()) continue;
    const std::string name = "--" + option->get_lnames().front();
    if (std::find(ignored.begin(), ignored.end(), name) != ignored.end()) continue;
    given.emplace_back(name, fmt::format("{}", fmt::join(option->results(), " ")));
  }
  return given;
}

}  // namespace limn::cli
