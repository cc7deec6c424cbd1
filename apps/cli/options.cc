#include "apps/cli/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>

#include "apps/cli/input.h"
#include "limn/error.h"
#include "options/methods.h"
#include "options/presets.h"
#include "render/pdf.h"

namespace limn::cli {
namespace {

CLI::Option* described(CLI::Option* option, const char* group, const char* value) {
  if (value == std::string_view("N")) option->check(CLI::NonNegativeNumber);
  return option->group(group)->option_text(value);
}

/// Returns the placeholder for the option's value in the help.
const char* value_name(const Option& option) {
  if (!option.value_name.empty()) return option.value_name.data();
  switch (option.type) {
    case OptionType::count:
      return "N";
    case OptionType::number:
      return "X";
    case OptionType::text:
      return "TEXT";
    case OptionType::layer:
      return "LAYER";
    case OptionType::texts:
      return "FILE";
    case OptionType::choice:
    case OptionType::baseline:
    case OptionType::flag:
      break;
  }
  return "NAME";
}

std::vector<std::string> texts_of(const std::string& file) {
  ItemReader reader(file, Task::sequence_classification);
  std::vector<std::string> texts;
  for (auto items = reader.next_batch(64); !items.empty(); items = reader.next_batch(64)) {
    for (Item& item : items) {
      if (item.error) throw Error(*item.error);
      texts.push_back(std::move(item.input.text));
    }
  }
  if (texts.empty())
    throw Error({.file = file, .field = "background", .found = "no texts", .expected = "at least one"});
  return texts;
}

/// Returns the format of a file's extension, if it is known.
std::optional<Format> format_of(const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  if (ending == ".json" || ending == ".jsonl" || ending == ".ndjson") return Format::json;
  if (ending == ".html" || ending == ".htm") return Format::html;
  if (ending == ".svg") return Format::svg;
  if (ending == ".pdf") return Format::pdf;
  if (ending == ".csv") return Format::csv;
  if (ending == ".tsv") return Format::tsv;
  if (ending == ".tex") return Format::latex;
  if (ending == ".txt") return Format::terminal;
  return std::nullopt;
}

/// The format for the output file. Without an extension it is JSON. @throws Error for an extension of another kind of
/// file, under whose name JSON would mislead.
Format format_for(const std::filesystem::path& file) {
  if (const auto known = format_of(file)) return *known;
  const std::string ending = file.extension().string();
  std::error_code ignored;
  if (ending.empty() || std::filesystem::is_directory(file, ignored)) return Format::json;  // a folder is refused later
  throw Error({.field = "output",
               .found = fmt::format("the extension {}", ending),
               .expected = ".json, .jsonl, .html, .svg, .pdf, .csv, .tsv, .tex or .txt, or a format given by name"});
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
  auto* text =
      described(command.add_option("--text,text", options.text, "the text; --text may be left out"), group, "TEXT");
  auto* pair = described(command.add_option("--pair", options.pair, "a second text, for models that read two texts"),
                         group, "TEXT");
  auto* question = described(command.add_option("--question", options.question, "the question"), group, "TEXT");
  auto* context = described(
      command.add_option("--context", options.context, "the text in which to search for the answer"), group, "TEXT");
  auto* context_file = described(
      command.add_option("--context-file", options.context_file, "read the context from a UTF-8 file"), group, "FILE");
  auto* file = described(
      command.add_option(
          "--input", options.file,
          "many inputs: .jsonl, .csv or .tsv with a header, .txt with one text per line; - reads JSON "
          "lines from standard input. Fields: text (or sentence, review, content), pair, question, context; all others "
          "are copied to the output"),
      group, "FILE");
  auto* column = add_column_option(command, options.columns, group);
  column->needs(file);
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
                                   "; default: by the extension of --output, otherwise terminal on a terminal and json "
                                   "elsewhere (one object per line)"),
            "Output", "FORMAT");
  auto* file =
      described(command.add_option("-o,--output", options.file,
                                   "write to this file instead of standard output; rows of --input are collected in "
                                   "FILE.partial until all are done"),
                "Output", "FILE");
  command
      .add_flag("--resume", options.resume,
                "resume an interrupted run of --input: finished rows are kept and not repeated")
      ->group("Output")
      ->needs(file);
}

CLI::Option* add_column_option(CLI::App& command, std::vector<std::string>& columns, const char* group) {
  return described(command
                       .add_option("--column", columns,
                                   "which column or field holds the text, pair, question, context, label or answer: "
                                   "--column text=review_text,label=stars; default: the one of that name")
                       ->delimiter(','),
                   group, "NAME=COLUMN,…");
}

void add_length_option(CLI::App& command, std::size_t& max_length) {
  described(command.add_option("--max-length", max_length, help_text(option("max-length"))), "Reading", "N");
}

void add_aggregation_option(CLI::App& command, std::optional<std::string>& aggregation) {
  described(command.add_option("--aggregation", aggregation, help_text(option("aggregation"))), "Reading", "NAME");
}

void add_long_text_option(CLI::App& command, std::optional<std::string>& long_text) {
  described(command.add_option("--long-text", long_text, help_text(option("long-text"))), "Reading", "NAME");
}

void add_prompt_option(CLI::App& command, std::optional<std::string>& prompt) {
  described(command.add_option("--prompt", prompt, help_text(option("prompt"))), "Reading", "NAME");
}

void add_options(CLI::App& command, ReadingOptions& options) {
  const char* group = "Reading";
  add_length_option(command, options.max_length);
  described(command.add_option("--stride", options.stride, help_text(option("stride"))), group, "N");
  add_long_text_option(command, options.long_text);
  described(command.add_option("--null-threshold", options.null_threshold, help_text(option("null-threshold"))), group,
            "X");
  command.add_flag("--always-answer", options.always_answer, help_text(option("always-answer")))->group(group);
  add_aggregation_option(command, options.aggregation);
  add_prompt_option(command, options.prompt);
  described(command.add_option("--pair-prompt", options.pair_prompt, help_text(option("pair-prompt"))), group, "NAME");
}

std::string help_text(const Option& option) {
  constexpr std::size_t few = 3;  // at most this many methods are named
  const std::vector<std::string_view> having = methods_with(option);
  std::string text = having.empty() || having.size() > few ? "" : fmt::format("{}: ", fmt::join(having, ", "));
  text += option.help;
  if (option.type == OptionType::choice) text += fmt::format(": {}", fmt::join(option.values, ", "));
  if (option.type == OptionType::texts) text += "; .txt with one per line, or .jsonl, .csv or .tsv with a field text";
  if (option.type != OptionType::flag) text += "; default: " + default_text(option);
  return text;
}

void add_option(CLI::App& command, const Option& option, MethodRequest& request, const std::string& group) {
  const std::string name = fmt::format("--{}", option.name), help = help_text(option);
  const auto take = [&request, &option](OptionValue value) { request.options.push_back({&option, std::move(value)}); };
  if (!option.former_name.empty())
    command
        .add_option_function<std::string>(fmt::format("--{}", option.former_name),
                                          [&option, name](const std::string&) {
                                            throw option_error(option.former_name, "a name that is no longer used",
                                                               "its new name, " + name);
                                          })
        ->group("");
  if (option.type == OptionType::flag) {
    command
        .add_flag_callback(
            name, [take] { take(true); }, help)
        ->group(group);
    return;
  }
  CLI::Option* added = nullptr;
  if (option.type == OptionType::count)
    added = command.add_option_function<std::uint64_t>(name, take, help);
  else if (option.type == OptionType::number)
    added = command.add_option_function<double>(name, take, help);
  else if (option.type == OptionType::texts)
    added = command.add_option_function<std::string>(
        name, [take](const std::string& file) { take(std::vector<std::string>{file}); }, help);
  else
    added = command.add_option_function<std::string>(name, take, help);
  described(added, group.c_str(), value_name(option));
}

void add_options(CLI::App& command, MethodRequest& request) {
  const char* group = "Method";
  described(
      command.add_option(
          "--method", request.method,
          method_names() +
              ", optimal-order (up to 12 units), or auto, which chooses by the number of units; default: gradient"),
      group, "NAME");
  described(command.add_option("--preset", request.preset,
                               "the exact method of another system: " + preset_names() + "; options below override it"),
            group, "NAME");
  for (const Option& row : options())
    if (!row.methods.empty() && !row.preset_only) add_option(command, row, request, group);
  add_option(command, option("word-score"), request, group);
}

void read_texts(MethodRequest& request, const ChosenMethod& chosen) {
  for (auto& [option, value] : request.options)
    if (option->type == OptionType::texts && option->of(chosen.method))
      value = texts_of(std::get<std::vector<std::string>>(value).front());
}

void add_top_option(CLI::App& command, std::size_t& top, const std::string& description) {
  command.add_option("--top", top, description)->option_text("K")->group("Output")->check(CLI::PositiveNumber);
}

void add_whole_option(CLI::App& command, bool& whole) {
  command
      .add_flag("--whole", whole,
                "on a terminal: all of long texts; otherwise the passage that matters, so that all fits on the screen")
      ->group("Output");
}

void add_table_option(CLI::App& command, std::optional<std::string>& table, const std::string& usual) {
  described(command.add_option("--table", table,
                               "csv and tsv: a line for each word (long), or for each explanation, with its words as a "
                               "column of JSON (wide); default: " +
                                   usual),
            "Output", "long|wide");
}

std::vector<std::string> split_names(const std::optional<std::string>& list) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; list && begin <= list->size();) {
    const std::size_t end = std::min(list->find(',', begin), list->size());
    names.push_back(list->substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

PredictOptions predict_options(const ReadingOptions& options) {
  PredictOptions result = {.null_threshold = options.null_threshold.value_or(0),
                           .null_allowed = !options.always_answer,
                           .max_length = options.max_length,
                           .stride = options.stride,
                           .prompt = options.prompt,
                           .pair_prompt = options.pair_prompt};
  if (options.aggregation) set(option("aggregation"), result, *options.aggregation);
  if (options.long_text) set(option("long-text"), result, *options.long_text);
  return result;
}

Format choose_format(const OutputOptions& options, const std::vector<Format>& possible) {
  Format format = !options.file && ::isatty(STDOUT_FILENO) == 1 ? Format::terminal : Format::json;
  if (options.format)
    format = find_named(names<Format>, "format", *options.format);
  else if (options.file)
    format = format_for(*options.file);
  if (std::find(possible.begin(), possible.end(), format) == possible.end()) {
    std::string found, known;
    for (const auto& [name, value] : names<Format>) {
      if (value == format) found = name;
      if (std::find(possible.begin(), possible.end(), value) != possible.end())
        known += (known.empty() ? "" : ", ") + std::string(name);
    }
    throw Error({.field = "format", .found = "'" + found + "'", .expected = known + " for this command"});
  }
  if (format == Format::pdf) {
    if (!options.file && ::isatty(STDOUT_FILENO) == 1)
      throw Error({.field = "output", .found = "a terminal", .expected = "a file for the PDF"});
    pdf_program();  // if it is missing, that is said before the work
  }
  return format;
}

std::vector<std::pair<std::string, std::string>> given_options(const CLI::App& command) {
  constexpr std::array ignored = {"--output",       "--resume", "--threads",     "--input",
                                  "--data",         "--model",  "--help",        "--format",
                                  "--explanations", "--rows",   "--predictions", "--na-probabilities"};
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
