#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "apps/cli/commands.h"
#include "apps/cli/explanation_evaluations.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/cli/output_check.h"
#include "apps/cli/rows.h"
#include "apps/cli/saved_predictions.h"
#include "apps/terminal/output.h"
#include "apps/terminal/progress.h"
#include "base/fingerprint.h"
#include "base/output_file.h"
#include "limn/evaluate.h"
#include "limn/write.h"
#include "options/methods.h"
#include "render/scores_tables.h"
#include "render/table_text.h"
#include "store/model_lookup.h"

namespace limn::cli {
namespace {

const std::vector<Format> evaluation_formats = {Format::terminal, Format::json, Format::html, Format::svg};
constexpr std::size_t explained_rows = 100;  // of a page

struct EvaluateCommand {
  std::vector<std::string> models;
  std::size_t threads = 0;
  ReadingOptions reading;
  std::string data;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  std::vector<std::string> columns;
  MethodRequest method;
  std::optional<std::string> format, output, predictions, na_probabilities, rows;
  bool resume = false;
};

/// One of the evaluations of limn/evaluate.h.
template <class Scores>
using Evaluation = Scores (*)(const Model&, const std::filesystem::path&, const EvaluateOptions&, const Watch&);

// ---- one model --------------------------------------------------------------------------------------------

EvaluateOptions evaluate_options(const EvaluateCommand& command) {
  return {.reading = predict_options(command.reading),
          .null_threshold = command.reading.null_threshold,
          .limit = command.limit,
          .columns = named_columns(command.columns)};
}

template <class Scores>
Scores evaluate_model(const EvaluateCommand& command, const Model& model, Evaluation<Scores> evaluate,
                      SavedPredictions* saved = nullptr) {
  EvaluateOptions options = evaluate_options(command);
  if (saved) {
    options.known = saved->known();
    options.take = [saved](std::size_t row, const RowPrediction& prediction) { saved->add(row, prediction); };
  }
  CallProgress progress;
  return evaluate(model, command.data, options, progress.watch());
}

/// Explains these rows of a page.
EvaluationExamples explain_rows(const EvaluateCommand& command, const Model& model,
                                const std::vector<EvaluatedRow>& rows, const std::vector<std::size_t>& order) {
  const ChosenMethod chosen = choose_method(command.method, model.info().task);
  EvaluationExamples examples{.model = model.info().name};
  std::vector<Input> inputs;
  for (const std::size_t row : order) inputs.push_back(rows[row].input);
  ExplainOptions options{.reading = predict_options(command.reading)};
  if (model.info().task == Task::question_answering) {  // as evaluate_squad() reads
    if (options.reading.max_length == 0)
      options.reading.max_length = std::min<std::size_t>(384, model.info().max_positions);
    const bool all_answered = std::ranges::none_of(rows, [](const EvaluatedRow& row) { return row.expected.empty(); });
    if (all_answered && !command.reading.null_threshold) options.reading.null_allowed = false;
  }
  CallProgress progress;
  const auto results = model.explain_all(inputs, chosen, options, progress.watch());
  for (std::size_t i = 0; i < order.size(); ++i) {
    if (!results[i] || results[i].value().empty()) continue;  // a sentence in which no entity was found
    const Explanation& first = results[i].value().front();
    examples.method = first.method.name;
    examples.explanations.push_back({.row = order[i], .explanation = first});
  }
  return examples;
}

void write_scores(const EvaluateCommand& command, Format format, const std::string& text, double seconds) {
  write_output(command.output,
               format == Format::terminal ? text + fmt::format("\n{:.1f} seconds\n", seconds) : text + "\n");
}

/// Writes the scores in JSON or for a terminal; HTML with explanations by the model, if there is one.
template <class Scores>
void write_evaluation(const EvaluateCommand& command, Format format, const Scores& scores, const Model* model) {
  std::string text;
  if (format == Format::html) {
    EvaluationExamples examples{.model = "predictions"};
    std::vector<std::size_t> order = wrong_first(scores.evaluated);
    order.resize(std::min(order.size(), explained_rows));
    if (model) examples = explain_rows(command, *model, scores.evaluated, order);
    text = to_html(scores, examples);
  } else if (format == Format::terminal) {
    text = to_terminal(scores);
  } else {
    text = to_text(scores, format);
    text.pop_back();  // its line feed
  }
  write_scores(command, format, text, scores.seconds);
}

// ---- several models ---------------------------------------------------------------------------------------

/// The names of several -m, each of which may be a list.
std::vector<std::string> model_names(const EvaluateCommand& command) {
  std::vector<std::string> names;
  for (const std::string& given : command.models) {
    std::error_code ignored;
    const bool is_folder = std::filesystem::exists(given, ignored);  // its name may contain commas
    for (const std::string& name : is_folder ? std::vector{given} : split_names(given)) names.push_back(name);
  }
  return names;
}

/// Bytes of the checkpoint's files, in megabytes.
double megabytes(const Model& model) {
  double bytes = 0;
  for (const auto& [name, size] : model.info().files) bytes += static_cast<double>(size);
  return bytes / 1e6;
}

/// The two numbers of a table of models, and their names.
std::pair<double, double> main_scores(const SquadScores& scores) {
  return {scores.all.exact.value_or(0), scores.all.f1.value_or(0)};
}
std::pair<double, double> main_scores(const ClassificationScores& scores) { return {scores.accuracy, scores.macro_f1}; }
std::pair<double, double> main_scores(const EntityScores& scores) { return {scores.all.precision, scores.all.f1}; }

/// The file that keeps the rows of one of several models: rows.jsonl becomes rows.MODEL.jsonl.
std::string rows_of_model(const std::filesystem::path& file, std::string name) {
  std::error_code ignored;
  if (std::filesystem::is_directory(name, ignored)) name = std::filesystem::canonical(name).filename().string();
  std::ranges::replace(name, '/', '_');
  return (file.parent_path() / (file.stem().string() + "." + name + file.extension().string())).string();
}

/// What identifies the data of a run that may be resumed; unlike summarize(), for files of any format.
std::optional<InputSummary> summary_of(const std::string& data) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(data, ignored)) return std::nullopt;
  const std::string content = read_file(data);
  return InputSummary{.rows = 0, .bytes = content.size(), .fingerprint = fingerprint(content)};
}

/// Explains the first rows of the page of several models, each by the model that differing_first() chooses.
EvaluationExamples explain_rows(const EvaluateCommand& command, const std::vector<std::string>& names,
                                const std::vector<ModelRows>& rows) {
  std::vector<RowOfModel> order = differing_first(rows);
  order.resize(std::min(order.size(), explained_rows));
  EvaluationExamples examples;
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::vector<std::size_t> own;
    for (const RowOfModel& one : order)
      if (one.model == i) own.push_back(one.row);
    if (own.empty()) continue;
    EvaluationExamples made =
        explain_rows(command, load_model(find_model(names[i], model_folders())), rows[i].rows, own);
    examples.method = made.method;
    std::ranges::move(made.explanations, std::back_inserter(examples.explanations));
  }
  return examples;
}

template <class Scores>
int evaluate_models(const CLI::App& app, const EvaluateCommand& command, const std::vector<std::string>& names,
                    Format format, Evaluation<Scores> evaluate, std::vector<std::string> columns) {
  if (format == Format::svg || command.predictions || command.na_probabilities)
    throw Error({.field = "model",
                 .found = fmt::format("{} models", names.size()),
                 .expected = "one, if predictions or a diagram are written"});
  std::set<std::string> files;
  for (const std::string& name : names) {  // before any of them takes its time
    const std::filesystem::path folder = find_model(name, model_folders());
    const std::string file = command.rows ? rows_of_model(*command.rows, name) : name;
    if (!files.insert(file).second)
      throw Error(
          {.field = "model", .found = fmt::format("'{}' twice", name), .expected = "different names of models"});
    if (command.rows) refuse_inputs_as_output({.format = {}, .file = file}, {command.data}, folder);
    refuse_inputs_as_output({.format = {}, .file = command.output}, {command.data}, folder);
  }
  ReportTable table{.title = "Models", .note = "MB: the files of the checkpoint.", .columns = {"model"}, .rows = {}};
  for (std::string& column : columns) table.columns.push_back(std::move(column));
  for (const char* column : {"seconds", "MB"}) table.columns.push_back(column);
  std::string objects;
  std::vector<ModelRows> rows;
  for (const std::string& name : names) {
    const std::filesystem::path folder = find_model(name, model_folders());
    const Model model = load_model(folder);
    std::optional<SavedPredictions> saved;
    if (command.rows)
      saved.emplace(rows_of_model(*command.rows, name), run_settings(app, model, summary_of(command.data)),
                    command.resume);
    Scores scores = evaluate_model(command, model, evaluate, saved ? &*saved : nullptr);
    if (saved) saved->finish();
    const auto [first, second] = main_scores(scores);
    const auto number = [](double value, int decimals) {
      return ReportCell{.text = fmt::format("{:.{}f}", value, decimals), .number = value};
    };
    table.rows.push_back({{.text = model.info().name},
                          number(first, 2),
                          number(second, 2),
                          number(scores.seconds, 1),
                          number(megabytes(model), 1)});
    const nlohmann::ordered_json members = {{"model", model.info().name}, {"megabytes", megabytes(model)}};
    objects +=
        fmt::format("{}{{{},{}}}", objects.empty() ? "" : ",", members_of(members.dump()), members_of(to_json(scores)));
    rows.push_back({.model = model.info().name, .rows = std::move(scores.evaluated)});
  }
  if (format == Format::html)
    write_output(command.output, models_page(table, rows, explain_rows(command, names, rows)) + "\n");
  else
    write_output(command.output,
                 format == Format::json ? "{\"models\":[" + objects + "]}\n" : terminal_table(table, 100));
  return done;
}

// ---- the commands -----------------------------------------------------------------------------------------

template <class Scores>
int evaluate_data(const CLI::App& app, EvaluateCommand command, Evaluation<Scores> evaluate,
                  std::vector<std::string> columns, const std::function<void(const Scores&)>& also = {}) {
  const Format format = choose_format({.format = command.format, .file = command.output}, evaluation_formats);
  const std::vector<std::string> names = model_names(command);
  if (command.resume && !command.rows)
    throw Error({.field = "resume", .found = "no file of rows", .expected = "--rows of the earlier run"});
  choose_method(command.method);  // before anything takes its time
  set_threads(command.threads);
  if (names.size() > 1) return evaluate_models(app, command, names, format, evaluate, std::move(columns));
  const std::filesystem::path folder = find_model(names.front(), model_folders());
  for (const auto& file : {command.output, command.rows, command.predictions, command.na_probabilities})
    refuse_inputs_as_output({.format = {}, .file = file}, {command.data}, folder);
  const Model model = load_model(folder);
  std::optional<SavedPredictions> saved;
  if (command.rows) saved.emplace(*command.rows, run_settings(app, model, summary_of(command.data)), command.resume);
  const Scores scores = evaluate_model(command, model, evaluate, saved ? &*saved : nullptr);
  if (saved) saved->finish();
  if (also) also(scores);
  write_evaluation(command, format, scores, &model);
  return done;
}

/// Scores a file of predictions without a model.
int score_given(const EvaluateCommand& command) {
  const Format format = choose_format({.format = command.format, .file = command.output}, evaluation_formats);
  if (command.rows || command.resume)
    throw Error({.field = "rows", .found = "no model", .expected = "a model that predicts them"});
  refuse_inputs_as_output({.format = {}, .file = command.output},
                          {command.data, *command.predictions, command.na_probabilities.value_or(command.data)});
  std::optional<std::filesystem::path> na_probabilities;
  if (command.na_probabilities) na_probabilities = *command.na_probabilities;
  const SquadScores scores =
      limn::score_predictions(command.data, *command.predictions, na_probabilities, evaluate_options(command));
  write_evaluation(command, format, scores, nullptr);
  return done;
}

int evaluate_squad(const CLI::App& app, EvaluateCommand command) {
  if (command.models.empty()) {
    if (!command.predictions)
      throw Error({.field = "model", .found = "none", .expected = "a model, or a file of --predictions to score"});
    return score_given(command);
  }
  return evaluate_data<SquadScores>(app, command, &limn::evaluate_squad, {"EM", "F1"}, [&](const SquadScores& scores) {
    if (command.predictions) write_output(command.predictions, predictions_json(scores) + "\n");
    if (command.na_probabilities) write_output(command.na_probabilities, na_probabilities_json(scores) + "\n");
  });
}

int evaluate_classification(const CLI::App& app, EvaluateCommand command) {
  return evaluate_data<ClassificationScores>(app, std::move(command), &limn::evaluate_classification,
                                             {"accuracy", "macro F1"});
}

int evaluate_tokens(const CLI::App& app, EvaluateCommand command) {
  return evaluate_data<EntityScores>(app, std::move(command), &limn::evaluate_tokens, {"precision", "F1"});
}

void add_squad_options(CLI::App& app, EvaluateCommand& command) {
  add_options(app, command.reading);
  app.remove_option(app.get_option("--aggregation"));
  app.get_option("--max-length")
      ->description("tokens per window, including special tokens; default: 384, as the official scripts");
  app.get_option("--null-threshold")
      ->description(
          "answer \"no answer\" if its score exceeds the best answer's by more than this; default: 0, or always "
          "answer if the data has an answer to every question; for given predictions: 1");
  app.add_option("--predictions", command.predictions,
                 "write the answers to this file, {\"id\": \"answer\"}; without a model: score the answers in it")
      ->option_text("FILE")
      ->group("Predictions");
  app.add_option("--na-probabilities", command.na_probabilities,
                 "write {\"id\": score of \"no answer\" less that of the answer}; without a model: read such numbers, "
                 "or probabilities, for the best thresholds")
      ->option_text("FILE")
      ->group("Predictions");
}

void add_evaluation(CLI::App& evaluate, Run& run, const char* name, const char* description, const char* data,
                    const char* example, int (*work)(const CLI::App&, EvaluateCommand)) {
  const auto command = std::make_shared<EvaluateCommand>();
  CLI::App& app = *evaluate.add_subcommand(name, description)->group("Commands");
  const auto option = [&](const char* flags, auto& value, const std::string& help, const char* text,
                          const char* group) {
    return app.add_option(flags, value, help)->option_text(text)->group(group);
  };
  option(
      "-m,--model", command->models,
      "checkpoint folder, or a name that 'limn models' lists; several, separated by commas or repeated, make a table",
      "MODEL", "Model")
      ->allow_extra_args(false)
      ->required(work != evaluate_squad);
  option("--threads", command->threads, "processor threads; default: all", "N", "Model")->check(CLI::Range(0, 1024));
  option("--data", command->data, data, "FILE", "Data")->required();
  option("--limit", command->limit, "use only the first N", "N", "Data")->check(CLI::PositiveNumber);
  if (work == evaluate_squad) {
    add_squad_options(app, *command);
  } else {
    add_length_option(app, command->reading.max_length);
    if (work == evaluate_tokens) add_aggregation_option(app, command->reading.aggregation);
    if (work == evaluate_classification) {
      add_long_text_option(app, command->reading.long_text);
      add_column_option(app, command->columns, "Data");
    }
  }
  option("--rows", command->rows,
         "keep the prediction of each row in this file, one JSON object per line; of several models, in a file each, "
         "with its name before the extension",
         "FILE", "Output");
  app.add_flag("--resume", command->resume, "continue the interrupted run that wrote the same --rows")->group("Output");
  option("--method", command->method.method,
         "html: the method that explains the rows, see limn explain --help; default: gradient", "NAME", "Output");
  option(
      "--format", command->format,
      "terminal, json, html (the rows, wrong ones first, each opens its explanation) or svg (reliability diagram and "
      "risk-coverage curve; not of tokens); default: by the extension of --output, otherwise terminal on a terminal "
      "and json elsewhere",
      "FORMAT", "Output");
  option("-o,--output", command->output, "write to this file instead of standard output", "FILE", "Output");
  app.footer(command_footer(example));
  app.callback([&app, &run, command, work] { run = [&app, command, work] { return work(app, *command); }; });
}

}  // namespace

void add_evaluate(CLI::App& program, Run& run) {
  CLI::App& app =
      *program.add_subcommand("evaluate", "Measure the quality of a model on labelled data, or of explanations.");
  app.require_subcommand(1);
  add_evaluation(app, run, "squad",
                 "Compute exact match and F1 of answers, for questions with and without an answer in the context.",
                 "a SQuAD 1.1 or 2.0 file (.json)",
                 "limn evaluate squad -m minilm-l6-qa --data dev-v2.0.json --predictions predictions.json\n"
                 "limn evaluate squad --data dev-v2.0.json --predictions predictions.json\n"
                 "limn evaluate squad -m minilm-l6-qa,./my-model --data dev-v2.0.json",
                 evaluate_squad);
  add_evaluation(app, run, "classification", "Compute accuracy and macro F1 of labels, and which are confused.",
                 ".tsv, .csv or .jsonl with text (or sentence), label, and pair if there is one",
                 "limn evaluate classification -m minilm-l6-sentiment --data dev.tsv\n"
                 "limn evaluate classification -m minilm-l6-sentiment --data dev.tsv -o evaluation.html",
                 evaluate_classification);
  add_evaluation(app, run, "tokens",
                 "Compute precision, recall and F1 of entities, as seqeval does, and kinds of errors.",
                 "a CoNLL file: one word and its tag per line, a blank line after each sentence",
                 "limn evaluate tokens -m minilm-l6-ner --data dev.txt", evaluate_tokens);
  add_faithfulness(app, run);
  add_plausibility(app, run);
  add_sanity(app, run);
  add_evaluate_ask(app, run);
}

}  // namespace limn::cli
