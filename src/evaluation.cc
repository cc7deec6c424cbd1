#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>
#include <span>
#include <utility>

#include "evaluate/classification.h"
#include "evaluate/in_batches.h"
#include "evaluate/squad.h"
#include "evaluate/tokens.h"
#include "limn/evaluate.h"
#include "task/entity_chunks.h"

namespace limn {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void check_task(const Model& model, Task task) {
  if (model.info().task != task) {
    throw Error({.file = model.info().name,
                 .thing = "task",
                 .found = std::string(name(model.info().task)),
                 .expected = std::string(name(task)) + " for this evaluation"});
  }
}

template <class Item>
void keep_first(std::vector<Item>& items, std::size_t limit) {
  if (items.size() > limit) items.resize(limit);
}

/// Predictions of all items: those that an earlier run made, and the model's for the others.
/// @param run (batch of the items, watch) -> one Result per item. @param convert (item, what run returned) ->
/// RowPrediction. @param name_of (i) -> the item in words, for errors
template <class Item, class Run, class Convert>
std::vector<RowPrediction> predict_rows(const std::vector<Item>& items, const EvaluateOptions& options,
                                        const Watch& watch, const Run& run, const Convert& convert,
                                        const std::function<std::string(std::size_t)>& name_of) {
  std::vector<RowPrediction> predictions = options.known;
  keep_first(predictions, items.size());
  in_batches(
      items, predictions.size(), watch, run,
      [&](std::size_t i, const auto& value) {
        const RowPrediction& prediction = predictions.emplace_back(convert(items[i], value));
        if (options.take) options.take(i, prediction);
      },
      name_of);
  return predictions;
}

/// Runs a model's predict() on a batch of inputs.
auto predict_with(const Model& model, PredictOptions options) {
  return [&model, options = std::move(options)](const std::vector<Input>& inputs, const Watch& watch) {
    return model.predict(inputs, options, watch);
  };
}

/// Measures the probabilities and the confidences of the predictions, if every row has them.
RowConfidence row_confidence(const std::vector<EvaluatedRow>& rows) {
  std::vector<double> probabilities, confidences;
  std::vector<bool> right;
  for (const EvaluatedRow& row : rows) {
    const RowPrediction& prediction = row.prediction;
    const bool is_null = row.predicted.empty() && prediction.null_probability;
    if (const auto probability = is_null ? prediction.null_probability : prediction.probability)
      probabilities.push_back(*probability);
    if (prediction.confidence) confidences.push_back(*prediction.confidence);
    right.push_back(row.is_right);
  }
  RowConfidence result;
  if (rows.empty()) return result;
  if (probabilities.size() == rows.size()) result.probability = confidence_quality(probabilities, right);
  if (confidences.size() == rows.size()) result.confidence = confidence_quality(confidences, right);
  return result;
}

[[noreturn]] void fail_known(const Model& model, const std::string& label) {
  throw Error({.file = model.info().name,
               .thing = "a prediction of an earlier run",
               .found = label.empty() ? "none" : "\"" + label + "\"",
               .expected = "a label of this model"});
}

}  // namespace

SquadScores evaluate_squad(const Model& model, const std::filesystem::path& data, const EvaluateOptions& options,
                           const Watch& watch) {
  check_task(model, Task::question_answering);
  auto questions = read_squad(data);
  keep_first(questions, options.limit);
  const auto start = Clock::now();
  PredictOptions reading = options.reading;
  if (reading.max_length == 0) reading.max_length = std::min<std::size_t>(384, model.info().max_positions);
  std::optional<double> threshold = options.null_threshold;
  if (!threshold) threshold = default_null_threshold(questions);
  if (!reading.null_allowed) threshold.reset();
  reading.null_allowed = threshold.has_value();  // so that the confidence is that of the answer that is scored
  reading.null_threshold = threshold.value_or(0);
  const auto predictions = predict_rows(
      inputs_of(questions), options, watch, predict_with(model, reading),
      [](const Input&, const Prediction& prediction) {
        const auto& answer = std::get<AnswerPrediction>(prediction);
        const GivenAnswer given = given_answer(answer);
        RowPrediction row{.labels = {}, .null_excess = given.null_excess};
        if (!answer.answers.empty()) row.labels = {*given.text}, row.probability = answer.answers.front().probability;
        row.null_probability = answer.null_probability;
        row.confidence = answer.confidence;
        return row;
      },
      [&](std::size_t i) { return "question " + questions[i].id; });
  std::vector<GivenAnswer> answers;
  for (const RowPrediction& row : predictions)
    answers.push_back({.text = row.labels.empty() ? "" : row.labels.front(), .null_excess = row.null_excess});
  SquadScores scores = score_answers(questions, answers, threshold);
  for (std::size_t i = 0; i < predictions.size(); ++i) scores.evaluated[i].prediction = predictions[i];
  scores.confidence = row_confidence(scores.evaluated);
  scores.seconds = seconds_since(start);
  return scores;
}

SquadScores score_predictions(const std::filesystem::path& data, const std::filesystem::path& predictions,
                              const std::optional<std::filesystem::path>& na_probabilities,
                              const EvaluateOptions& options) {
  const auto start = Clock::now();
  auto questions = read_squad(data);
  keep_first(questions, options.limit);
  std::vector<std::string> warnings;
  const auto answers = read_predictions(predictions, na_probabilities, questions, warnings);
  SquadScores scores = score_answers(questions, answers, options.null_threshold.value_or(1));
  if (!na_probabilities) scores.best_exact.reset(), scores.best_f1.reset();
  scores.warnings = std::move(warnings);
  scores.seconds = seconds_since(start);
  return scores;
}

ClassificationScores evaluate_classification(const Model& model, const std::filesystem::path& data,
                                             const EvaluateOptions& options, const Watch& watch) {
  check_task(model, Task::sequence_classification);
  if (model.info().outputs == OutputMeaning::value) {
    throw Error({.file = model.info().name,
                 .thing = "the model's output",
                 .found = "a number (regression)",
                 .expected = "a model that chooses a label"});
  }
  std::vector<std::string> warnings;
  auto rows = read_labelled(data, model.info().labels, RowFields(options.columns), &warnings);
  keep_first(rows, options.limit);
  const auto start = Clock::now();
  const auto predictions = predict_rows(
      inputs_of(rows), options, watch, predict_with(model, options.reading),
      [&](const Input&, const Prediction& prediction) {
        const auto& label = std::get<LabelPrediction>(prediction);
        RowPrediction row{.labels = {model.info().labels[label.index]}};
        row.probability = label.probability;
        row.confidence = label.confidence;
        return row;
      },
      [](std::size_t i) { return fmt::format("row {}", i + 1); });
  std::vector<std::size_t> labels;
  for (const RowPrediction& row : predictions) {
    const std::string label = row.labels.empty() ? "" : row.labels.front();
    const auto index = find_label(label, model.info().labels);
    if (!index) fail_known(model, label);
    labels.push_back(*index);
  }
  ClassificationScores scores = score_labels(rows, labels, model.info().labels);
  for (std::size_t i = 0; i < predictions.size(); ++i) scores.evaluated[i].prediction = predictions[i];
  scores.confidence = row_confidence(scores.evaluated);
  scores.seconds = seconds_since(start);
  scores.warnings = std::move(warnings);
  scores.cut_rows = static_cast<std::size_t>(std::ranges::count_if(rows, [&](const LabelledInput& row) {
    return !reads_windows(model.info().task, row.input, options.reading) &&
           !model.warnings(row.input, options.reading).empty();
  }));
  return scores;
}

EntityScores evaluate_tokens(const Model& model, const std::filesystem::path& data, const EvaluateOptions& options,
                             const Watch& watch) {
  check_task(model, Task::token_classification);
  auto sentences = read_conll(data);
  keep_first(sentences, options.limit);
  const auto start = Clock::now();
  std::vector<std::vector<std::string>> words, tags;
  for (const auto& sentence : sentences) words.push_back(sentence.words);
  auto predictions = predict_rows(
      words, options, watch,
      [&](const std::vector<std::vector<std::string>>& part, const Watch& inner) {
        return model.predict_words(part, options.reading, inner);
      },
      [](const std::vector<std::string>& sentence, const std::vector<TokenLabel>& labels) {
        RowPrediction row{.labels = std::vector<std::string>(sentence.size(), "O")};
        for (const TokenLabel& label : labels) row.labels[label.token] = label.label;
        return row;
      },
      [](std::size_t i) { return fmt::format("sentence {}", i + 1); });
  for (const RowPrediction& row : predictions) tags.push_back(row.labels);
  EntityScores scores = score_entities(sentences, tags);
  for (std::size_t i = 0; i < predictions.size(); ++i) scores.evaluated[i].prediction = std::move(predictions[i]);
  std::set<std::string> known;
  for (const std::string& tag : standard_tags(model.info().labels)) known.emplace(entity_type(tag));
  for (const auto& [type, score] : scores.labels)
    if (!known.contains(type))
      scores.warnings.push_back(fmt::format("the model has no label for {} of the data, which counts as missed", type));
  scores.seconds = seconds_since(start);
  return scores;
}

}  // namespace limn
