#include <fmt/format.h>

#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/cli/collection_options.h"
#include "apps/cli/commands.h"
#include "apps/cli/explanation_evaluations.h"
#include "apps/cli/help.h"
#include "apps/cli/input.h"
#include "apps/cli/load_model.h"
#include "apps/cli/options.h"
#include "apps/terminal/output.h"
#include "apps/terminal/progress.h"
#include "limn/collection.h"
#include "limn/evaluate.h"
#include "limn/write.h"
#include "store/model_lookup.h"

namespace limn::cli {
namespace {

struct EvaluateCommand {
  ModelOptions model;
  ReadingOptions reading;
  std::string data;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  std::vector<std::string> columns;
  std::optional<std::string> format;
};

Format format_of(const EvaluateCommand& command) {
  return choose_format({.format = command.format, .file = {}}, {Format::terminal, Format::json});
}

/// Evaluates the model on the data and writes the scores. @param evaluate (model, file, options, watch) -> scores
template <class Evaluate>
int report(const EvaluateCommand& command, EvaluateOptions options, const Evaluate& evaluate) {
  const Format format = format_of(command);
  set_threads(command.model.threads);
  const Model model = load_model(find_model(command.model.model, model_folders()));
  options.reading = predict_options(command.reading);
  options.limit = command.limit;
  const auto scores = evaluate(model, command.data, options);
  if (format == Format::json)
    write_output(std::nullopt, to_json(scores) + "\n");
  else
    write_output(std::nullopt, to_terminal(scores) + fmt::format("\n{:.1f} seconds\n", scores.seconds));
  return done;
}

/// One of the functions of limn/evaluate.h, with a progress bar.
template <class Scores>
auto with_progress(Scores (*evaluate)(const Model&, const std::filesystem::path&, const EvaluateOptions&,
                                      const Watch&)) {
  return [evaluate](const Model& model, const std::string& data, const EvaluateOptions& options) {
    CallProgress progress;
    return evaluate(model, data, options, progress.watch());
  };
}

int evaluate_squad(const EvaluateCommand& command) {
  return report(command, {.null_threshold = command.reading.null_threshold}, with_progress(&limn::evaluate_squad));
}

int evaluate_classification(const EvaluateCommand& command) {
  return report(command, {.columns = named_columns(command.columns)}, with_progress(&limn::evaluate_classification));
}

int evaluate_tokens(const EvaluateCommand& command) {
  return report(command, {}, with_progress(&limn::evaluate_tokens));
}

void add_evaluation(CLI::App& evaluate, Run& run, const char* name, const char* description, const char* data,
                    const char* example, int (*work)(const EvaluateCommand&)) {
  const auto command = std::make_shared<EvaluateCommand>();
  CLI::App& app = *evaluate.add_subcommand(name, description)->group("Commands");
  add_options(app, command->model);
  app.add_option("--data", command->data, data)->option_text("FILE")->group("Data")->required();
  app.add_option("--limit", command->limit, "use only the first N")
      ->option_text("N")
      ->group("Data")
      ->check(CLI::PositiveNumber);
  if (work == evaluate_squad) {
    add_options(app, command->reading);
    app.remove_option(app.get_option("--aggregation"));
    app.get_option("--max-length")
        ->description("tokens per window, including special tokens; default: 384, as the official scripts");
    app.get_option("--null-threshold")
        ->description(
            "answer \"no answer\" if its score exceeds the best answer's by more than this; default: 0, or always "
            "answer if the data has an answer to every question");
  } else {
    add_length_option(app, command->reading.max_length);
    if (work == evaluate_tokens) add_aggregation_option(app, command->reading.aggregation);
    if (work == evaluate_classification) add_column_option(app, command->columns, "Data");
  }
  app.add_option("--format", command->format, "terminal or json; default: terminal on a terminal and json elsewhere")
      ->option_text("FORMAT")
      ->group("Output");
  app.footer(command_footer(example));
  app.callback([&run, command, work] { run = [command, work] { return work(*command); }; });
}

struct EvaluateAskCommand {
  CollectionOptions collection;
  std::string data;
  std::optional<std::string> reader, format;
  std::size_t read = 5, limit = std::numeric_limits<std::size_t>::max();
};

int evaluate_ask(const EvaluateAskCommand& command) {
  const Format format = choose_format({.format = command.format, .file = {}}, {Format::terminal, Format::json});
  EvaluateAskOptions options{.ask = {.search = search_options(command.collection), .read = command.read},
                             .limit = command.limit};
  set_threads(command.collection.threads);
  std::optional<Model> reader;
  if (command.reader) reader = load_model(find_model(*command.reader, model_folders()));
  const Collection collection = open_collection(command.collection);
  CallProgress progress;
  const AskScores scores = limn::evaluate_ask(collection, command.data, reader, load_reranker(command.collection),
                                              options, progress.watch());
  progress.wipe();
  write_output(std::nullopt, format == Format::json
                                 ? to_json(scores) + "\n"
                                 : to_terminal(scores) + fmt::format("\n{:.1f} seconds\n", scores.seconds));
  return done;
}

void add_evaluate_ask(CLI::App& evaluate, Run& run) {
  const auto command = std::make_shared<EvaluateAskCommand>();
  CLI::App& app = *evaluate.add_subcommand(
      "ask", "Compute how often a collection finds a question's own paragraph, and exact match and F1 of its answers.");
  app.group("Commands");
  add_options(app, command->collection);
  app.add_option("--data", command->data, "a SQuAD file (.json) whose paragraphs are in the collection")
      ->option_text("FILE")
      ->group("Data")
      ->required();
  app.add_option("--limit", command->limit, "use only the first N")
      ->option_text("N")
      ->group("Data")
      ->check(CLI::PositiveNumber);
  app.add_option("--reader", command->reader, "a model for question answering; default: only passages are evaluated")
      ->option_text("MODEL")
      ->group("Model");
  app.add_option("--read", command->read, "passages that the reader reads; default: 5")
      ->option_text("N")
      ->group("Model")
      ->check(CLI::PositiveNumber);
  app.add_option("--format", command->format, "terminal or json; default: terminal on a terminal and json elsewhere")
      ->option_text("FORMAT")
      ->group("Output");
  app.footer(
      command_footer("limn evaluate ask --collection squad.limn --data dev-v1.1.json --retriever bm25\n"
                     "limn evaluate ask --collection squad.limn --data dev-v1.1.json --reader minilm-l6-qa"));
  app.callback([&run, command] { run = [command] { return evaluate_ask(*command); }; });
}

}  // namespace

void add_evaluate(CLI::App& program, Run& run) {
  CLI::App& app =
      *program.add_subcommand("evaluate", "Measure the quality of a model on labelled data, or of explanations.");
  app.require_subcommand(1);
  add_evaluation(app, run, "squad",
                 "Compute exact match and F1 of answers, for questions with and without an answer in the context.",
                 "a SQuAD 1.1 or 2.0 file (.json)", "limn evaluate squad -m minilm-l6-qa --data dev-v2.0.json",
                 evaluate_squad);
  add_evaluation(app, run, "classification", "Compute accuracy and macro F1 of labels.",
                 ".tsv, .csv or .jsonl with text (or sentence), label, and pair if there is one",
                 "limn evaluate classification -m minilm-l6-sentiment --data dev.tsv", evaluate_classification);
  add_evaluation(app, run, "tokens", "Compute precision, recall and F1 of entities, as seqeval does.",
                 "a CoNLL file: one word and its tag per line, a blank line after each sentence",
                 "limn evaluate tokens -m minilm-l6-ner --data dev.txt", evaluate_tokens);
  add_faithfulness(app, run);
  add_plausibility(app, run);
  add_sanity(app, run);
  add_evaluate_ask(app, run);
}

}  // namespace limn::cli
