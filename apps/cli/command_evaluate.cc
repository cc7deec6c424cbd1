#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <span>

#include "apps/cli/commands.h"
#include "apps/cli/help.h"
#include "apps/cli/options.h"
#include "apps/cli/rows.h"
#include "apps/terminal/output.h"
#include "apps/terminal/progress.h"
#include "evaluate/classification.h"
#include "evaluate/scores_json.h"
#include "evaluate/squad.h"
#include "evaluate/tokens.h"
#include "limn/limn.h"
#include "render/display_text.h"
#include "store/model_lookup.h"

namespace limn::cli {
namespace {

struct EvaluateCommand {
  ModelOptions model;
  ReadingOptions reading;
  std::string data;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  std::optional<std::string> format;
};

/// Calls work(first, part of the items) batch by batch.
template <class Item, class Work>
void in_batches(std::span<const Item> items, const Work& work) {
  Progress progress(items.size());
  for (std::size_t begin = 0; begin < items.size(); begin += rows_in_a_batch) {
    const auto part = items.subspan(begin, std::min(rows_in_a_batch, items.size() - begin));
    work(begin, part);
    progress.advance(part.size());
  }
}

/// An Error that names the item of the data which the model could not read.
Error about(const Error& error, std::string thing) {
  auto parts = error.parts();
  parts.thing = std::move(thing) + (parts.thing.empty() ? "" : ": " + parts.thing);
  return Error(std::move(parts));
}

/// Predictions for all inputs; the error of a bad one says which.
std::vector<Prediction> predict_all(const Model& model, std::span<const Input> inputs, const PredictOptions& options,
                                    const std::function<std::string(std::size_t)>& name_of) {
  std::vector<Prediction> predictions;
  in_batches(inputs, [&](std::size_t first, std::span<const Input> part) {
    auto results = model.predict({part.begin(), part.end()}, options);
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (!results[i]) throw about(results[i].error(), name_of(first + i));
      predictions.push_back(*std::move(results[i]));
    }
  });
  return predictions;
}

Format format_of(const EvaluateCommand& command) {
  return choose_format({.format = command.format, .file = {}}, {Format::terminal, Format::json});
}

/// The model, if it is one for this evaluation and the options make sense.
Model load(const EvaluateCommand& command, Task task) {
  format_of(command);
  set_threads(command.model.threads);
  Model model = Model::load(find_model(command.model.model, model_folders()));
  if (model.info().task != task) {
    throw Error({.file = model.info().name,
                 .thing = "task",
                 .found = std::string(name(model.info().task)),
                 .expected = std::string(name(task)) + " for this evaluation"});
  }
  return model;
}

template <class Item>
void keep_first(std::vector<Item>& items, std::size_t limit) {
  if (items.size() > limit) items.resize(limit);
}

template <class Scores, class Table>
int report(const EvaluateCommand& command, const Scores& scores, std::chrono::steady_clock::time_point start,
           const Table& table) {
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  if (format_of(command) == Format::json)
    write_output(std::nullopt, to_json(scores, seconds.count()) + "\n");
  else
    write_output(std::nullopt, table(scores) + fmt::format("\n{:.1f} seconds\n", seconds.count()));
  return done;
}

std::string percent(std::optional<double> value) { return value ? fmt::format("{:.2f}", *value) : "-"; }

std::string table_of(const SquadScores& scores) {
  std::string table = fmt::format("{:<12}  {:>9}  {:>6}  {:>6}\n", "", "questions", "EM", "F1");
  const auto add = [&](const char* name, const SquadPart& part) {
    table += fmt::format("{:<12}  {:>9}  {:>6}  {:>6}\n", name, part.questions, percent(part.exact), percent(part.f1));
  };
  add("all", scores.all);
  add("has answer", scores.has_answer);
  add("no answer", scores.no_answer);
  if (scores.no_answer.questions > 0) {
    table += fmt::format("\nbest EM {:.2f} at null threshold {:.4g}, best F1 {:.2f} at {:.4g}\n", scores.best_exact,
                         scores.best_exact_threshold, scores.best_f1, scores.best_f1_threshold);
  }
  return table;
}

std::string table_of(const LabelScores& labels) {
  std::string table = fmt::format("{:<16}  {:>9}  {:>6}  {:>6}  {:>7}\n", "", "precision", "recall", "F1", "support");
  for (const auto& [label, score] : labels) {
    const std::string shown = shorten(label, 16);
    table += fmt::format("{}{}  {:>9.2f}  {:>6.2f}  {:>6.2f}  {:>7}\n", shown,
                         std::string(16 - std::min<std::size_t>(16, columns(shown)), ' '), score.precision,
                         score.recall, score.f1, score.support);
  }
  return table;
}

int evaluate_squad(const EvaluateCommand& command) {
  const Model model = load(command, Task::question_answering);
  auto questions = read_squad(command.data);
  keep_first(questions, command.limit);
  const auto start = std::chrono::steady_clock::now();
  std::vector<Input> inputs;
  for (const auto& question : questions) inputs.push_back(question.input);
  const auto predictions = predict_all(model, inputs, predict_options(command.reading),
                                       [&](std::size_t i) { return "question " + questions[i].id; });
  std::vector<AnswerPrediction> answers;
  for (const auto& prediction : predictions) answers.push_back(std::get<AnswerPrediction>(prediction));
  std::optional<double> threshold = command.reading.null_threshold;
  if (!threshold) threshold = default_null_threshold(questions);
  if (command.reading.always_answer) threshold.reset();
  return report(command, score_squad(questions, answers, threshold), start,
                [](const SquadScores& scores) { return table_of(scores); });
}

int evaluate_classification(const EvaluateCommand& command) {
  const Model model = load(command, Task::sequence_classification);
  auto rows = read_labelled(command.data, model.info().labels);
  keep_first(rows, command.limit);
  const auto start = std::chrono::steady_clock::now();
  std::vector<Input> inputs;
  for (const auto& row : rows) inputs.push_back(row.input);
  const auto predictions = predict_all(model, inputs, predict_options(command.reading),
                                       [](std::size_t i) { return fmt::format("row {}", i + 1); });
  std::vector<std::size_t> labels;
  for (const auto& prediction : predictions) labels.push_back(std::get<LabelPrediction>(prediction).index);
  return report(command, score_labels(rows, labels, model.info().labels), start,
                [](const ClassificationScores& scores) {
                  return fmt::format("rows      {}\naccuracy  {:.2f}\nmacro F1  {:.2f}\n\n", scores.rows,
                                     scores.accuracy, scores.macro_f1) +
                         table_of(scores.labels);
                });
}

int evaluate_tokens(const EvaluateCommand& command) {
  const Model model = load(command, Task::token_classification);
  auto sentences = read_conll(command.data);
  keep_first(sentences, command.limit);
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::vector<std::string>> words, tags;
  for (const auto& sentence : sentences) {
    words.push_back(sentence.words);
    tags.emplace_back(sentence.words.size(), "O");
  }
  const PredictOptions options = predict_options(command.reading);
  in_batches(
      std::span<const std::vector<std::string>>(words),
      [&](std::size_t first, auto part) {
        const auto labels = model.predict_words({part.begin(), part.end()}, options);
        for (std::size_t i = 0; i < labels.size(); ++i)
          for (const auto& label : labels[i].value()) tags[first + i][label.token] = label.label;
      });
  return report(command, score_entities(sentences, tags), start, [](const EntityScores& scores) {
    return fmt::format("sentences  {}\nprecision  {:.2f}\nrecall     {:.2f}\nF1         {:.2f}\n\n", scores.sentences,
                       scores.all.precision, scores.all.recall, scores.all.f1) +
           table_of(scores.labels);
  });
}

void add_evaluation(CLI::App& evaluate, Run& run, const char* name, const char* description, const char* data,
                    const char* example, int (*work)(const EvaluateCommand&)) {
  const auto command = std::make_shared<EvaluateCommand>();
  CLI::App& app = *evaluate.add_subcommand(name, description)->group("Commands");
  add_options(app, command->model);
  app.add_option("--data", command->data, data)->option_text("FILE")->group("Data")->required();
  app.add_option("--limit", command->limit, "only the first N")
      ->option_text("N")
      ->group("Data")
      ->check(CLI::PositiveNumber);
  if (work == evaluate_squad) {
    add_options(app, command->reading);
    command->reading.max_length = 384;  // as the models' authors and the official scripts read SQuAD
    app.get_option("--max-length")->description("tokens of a window, special ones counted; default: 384");
    app.get_option("--null-threshold")
        ->description(
            "no answer if its score exceeds the best answer's by more; default: 0, or always answer if the "
            "data has an answer to every question");
  } else {
    add_length_option(app, command->reading.max_length);
  }
  app.add_option("--format", command->format, "terminal or json; default: terminal on a terminal and json elsewhere")
      ->option_text("FORMAT")
      ->group("Output");
  app.footer(command_footer(example));
  app.callback([&run, command, work] { run = [command, work] { return work(*command); }; });
}

}  // namespace

void add_evaluate(CLI::App& program, Run& run) {
  CLI::App& app =
      *program.add_subcommand("evaluate", "How good a model is on labelled data, by the official formulas.");
  app.require_subcommand(1);
  add_evaluation(app, run, "squad", "Exact match and F1 of answers, with and without an answer in the context.",
                 "a SQuAD 1.1 or 2.0 file (.json)", "limn evaluate squad -m minilm-l6-qa --data dev-v2.0.json",
                 evaluate_squad);
  add_evaluation(app, run, "classification", "Accuracy and macro F1 of labels.",
                 ".tsv, .csv or .jsonl with text (or sentence), label, and pair if there is one",
                 "limn evaluate classification -m minilm-l6-sentiment --data dev.tsv", evaluate_classification);
  add_evaluation(app, run, "tokens", "Precision, recall and F1 of entities, as seqeval counts.",
                 "a CoNLL file: a word and its tag a line, a blank line after each sentence",
                 "limn evaluate tokens -m minilm-l6-ner --data dev.txt", evaluate_tokens);
}

}  // namespace limn::cli
